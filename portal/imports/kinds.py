"""What an import can bring, as tables of fields: a further kind of record is one more entry here."""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from portal.errors import Invalid
from portal.imports.numerals import AMOUNT

Type = Literal[
    "id",
    "name",
    "text",
    "email",
    "word",
    "number",
    "share",
    "amount",
    "currency",
    "day",
    "time",
    "flag",
    "outcome",
    "direction",
]

INSTANT = pl.Datetime("us", "UTC")
STORED: dict[str, pl.DataType] = {
    "number": pl.Float64(),
    "share": pl.Float64(),
    "amount": AMOUNT,
    "day": pl.Date(),
    "time": INSTANT,
    "flag": pl.Boolean(),
}


@dataclass(frozen=True)
class Field:
    """A thing a column can be. `names`: what exports call it, without case, spaces and signs, surest first.

    `private` ones do not become attributes, too: they name a person and say nothing of others.
    `since` is the field that holds the day where a flag's column holds days. `longest`, in signs, is what fits.
    """

    name: str
    type: Type
    names: tuple[str, ...] = ()
    private: bool = False
    since: str = ""
    longest: int = 300

    @property
    def stored(self) -> pl.DataType:
        return STORED.get(self.type, pl.String())


@dataclass(frozen=True)
class KindOfRecord:
    """`ids`: what exports call its own id. `no_key`: fields that never identify one by themselves."""

    name: str
    one: str
    ids: tuple[str, ...]
    fields: tuple[Field, ...]
    no_key: frozenset[str] = field(default_factory=frozenset)
    prefixes: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        return next(found for found in self.fields if found.name == name)

    @property
    def field_names(self) -> frozenset[str]:
        return frozenset(found.name for found in self.fields)


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


OWNER = words(
    "owner ownername owneralias leadowner contactowner dealowner opportunityowner recordowner salesperson salesrep salesagent rep assignedto accountmanager userid"
)
OWNER_ID = words("ownerid hubspotownerid ownerexternalid salespersonid assignedtoid")
COMPANY = words(
    "company companyname account accountname organization organisation organizationname associatedcompany primarycompany employer customer partner partnername parentcustomername companynamevalue firma"
)
COMPANY_ID = words(
    "accountid companyid associatedcompanyid primaryassociatedcompanyid companyexternalid organizationid orgid partnerid parentcustomerid"
)
SOURCE = words(
    "leadsource source originalsource originaltrafficsource originalsourcetype leadorigin channel sourcechannel sourcename leadsourcecode utmsource sourceid acquisitionchannel herkunft"
)
CAMPAIGN = words("campaign campaignname sourcecampaign sourcecampaignname campaignid utmcampaign kampagne")
CREATED = words(
    "createddate createdate createdon created createdat creationdate datecreated addtime dateadded leadcreated leadcreatedate engagedate opened openedon erstelltam createdtime dealcreated"
)

PEOPLE = KindOfRecord(
    name="people",
    one="person",
    ids=words("id recordid leadid contactid prospectid personid externalid uniqueid recid customerid clientid memberid userid subscriberid donotmodifylead donotmodifycontact lead contact"),
    no_key=frozenset({"first_name", "last_name", "name", "email", "phone", "company", "title"}),
    prefixes=("person", "lead", "contact"),
    fields=(
        Field("first_name", "name", words("firstname givenname forename first fname vorname prenom"), private=True, longest=200),
        Field("last_name", "name", words("lastname surname familyname last lname nachname nom"), private=True, longest=200),
        Field("name", "name", words("name fullname contactname personname leadname completename displayname"), private=True, longest=400),
        Field("email", "email", words("email emailaddress mail emailfrom emailaddress1 workemail emailwork businessemail primaryemail"), private=True, longest=254),
        Field("phone", "text", words("phone phonenumber mobile mobilephone telephone businessphone telephone1 phonework workphone mobilephonenumber tel telefon"), private=True, longest=100),
        Field("title", "text", words("title jobtitle jobposition position function role jobrole")),
        Field("company", "text", COMPANY),
        Field("company_external_id", "id", COMPANY_ID, private=True),
        Field("source", "text", SOURCE, longest=200),
        Field("campaign", "text", CAMPAIGN, longest=200),
        Field("owner", "text", OWNER, longest=200),
        Field("owner_external_id", "id", OWNER_ID, private=True),
        Field("status", "word", words("status leadstatus contactstatus lifecyclestage stage leadstage statusreason statuscode"), longest=100),
        Field("country", "text", words("country countryregion mailingcountry countryid address1country countryname billingcountry land"), longest=100),
        Field("city", "text", words("city mailingcity town suburb address1city billingcity ort stadt"), longest=100),
        Field("created_at", "time", CREATED),
        Field("opted_out", "flag", words("donotcall donotemail hasoptedoutofemail emailoptout optedout optout unsubscribed unsubscribedfromallemail donotcontact isblacklisted donotbulkemail donotphone donotallowemails donotallowphonecalls optedoutofemail marketingoptout donotcallme"), since="opted_out_at"),
        Field("opted_out_at", "time"),
        Field("customer", "flag", words("iscustomer customer converted isclient customersince becameacustomerdate becamecustomerdate firstpurchasedate"), since="customer_at"),
        Field("customer_at", "time"),
        Field("direction", "direction", words("direction inboundoutbound")),
    ),
)  # fmt: skip

DEALS = KindOfRecord(
    name="deals",
    one="deal",
    ids=words("id recordid dealid opportunityid opportunityexternalid externalid uniqueid donotmodifyopportunity opportunity deal"),
    no_key=frozenset({"name", "company", "owner", "stage"}),
    prefixes=("deal", "opportunity"),
    fields=(
        Field("name", "text", words("name dealname opportunityname opportunity title topic dealtitle deal subject")),
        Field("company", "text", COMPANY),
        Field("company_external_id", "id", COMPANY_ID, private=True),
        Field("person_external_id", "id", words("contactid personid associatedcontactids associatedcontactid primarycontactid leadid"), private=True),
        Field("owner", "text", OWNER, longest=200),
        Field("owner_external_id", "id", OWNER_ID, private=True),
        Field("stage", "word", words("stage stagename dealstage opportunitystage salesstage pipelinestage stageid status"), longest=100),
        Field("outcome", "outcome", words("outcome result wonlost statecode")),
        Field("is_won", "flag", words("iswon iscloseswon isclosedwon won")),
        Field("is_closed", "flag", words("isclosed closed")),
        Field("amount", "amount", words("amount closevalue dealvalue dealamount value expectedrevenue estrevenue estimatedvalue actualrevenue totalvalue opportunityamount revenue betrag")),
        Field("currency", "currency", words("currency currencyisocode currencycode dealcurrency transactioncurrencyid currencyid")),
        Field("probability", "share", words("probability dealprobability closeprobability winprobability")),
        Field("created_at", "time", CREATED),
        Field("expected_close_on", "day", words("closedate expectedclosedate expectedclosing estclosedate estimatedclosedate expectedcloseon datedeadline")),
        Field("closed_at", "time", words("closedat closedon actualclosedate closeddate wontime losttime dateclosed dealclosedtime")),
        Field("product", "text", words("product productname lineitem productcode"), longest=200),
        Field("source", "text", SOURCE, longest=200),
        Field("type", "word", words("type dealtype opportunitytype recordtype"), longest=100),
    ),
)  # fmt: skip

KINDS = {kind.name: kind for kind in (PEOPLE, DEALS)}


def kind_named(name: str) -> KindOfRecord:
    """Raises Invalid for a kind there is none of."""
    if name not in KINDS:
        raise Invalid(f"Nothing is called {name} here. An import brings one of: {', '.join(KINDS)}.")
    return KINDS[name]
