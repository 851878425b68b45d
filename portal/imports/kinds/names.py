"""What exports call the things that several kinds of record have."""

from portal.imports.kinds.shapes import Field, words

OWNER = words(
    "owner ownername owneralias leadowner contactowner companyowner accountowner dealowner opportunityowner campaignowner recordowner salesperson salesrep salesagent rep assignedto activityassignedto accountmanager userid"
)
OWNER_ID = words("ownerid hubspotownerid ownerexternalid salespersonid assignedtoid")
COMPANY = words(
    "company companyname account accountname organization organisation organizationname associatedcompany primarycompany employer customer partner partnername parentcustomername companynamevalue firma"
)
COMPANY_ID = words(
    "accountid companyid associatedcompanyid primaryassociatedcompanyid associatedcompanyids companyexternalid organizationid orgid partnerid parentcustomerid"
)
SOURCE = words(
    "leadsource source originalsource originaltrafficsource originalsourcetype leadorigin channel sourcechannel sourcename leadsourcecode utmsource sourceid acquisitionchannel herkunft"
)
CAMPAIGN = words("campaign campaignname sourcecampaign sourcecampaignname campaignid utmcampaign kampagne")
CREATED = words(
    "createddate createdate createdon created createdat creationdate datecreated addtime dateadded leadcreated leadcreatedate engagedate opened openedon erstelltam createdtime dealcreated"
)
CURRENCY = words(
    "currency currencyisocode currencycode dealcurrency transactioncurrencyid transactioncurrency currencyid accountcurrency"
)
DEAL_ID = words(
    "opportunityid dealid dealexternalid opportunityexternalid associateddealids associateddealid"
)
PERSON_ID = words(
    "contactid leadid personid leadorcontactid whoid associatedcontactid prospectid customerid subscriberid personexternalid"
)
COUNTRY = words(
    "country countryregion mailingcountry countryid address1country countryname billingcountry officelocation land"
)
CITY = words("city mailingcity town suburb address1city billingcity ort stadt")
DOMAIN = words(
    "companydomainname website domain domainname websiteurl web url webpage emaildomain primarydomain homepage websiteurladdress"
)
EMAIL = words(
    "email emailaddress mail emailfrom emailaddress1 workemail emailwork businessemail primaryemail internalemailaddress"
)


def owner() -> tuple[Field, ...]:
    return (
        Field("owner", "text", OWNER, longest=200, fills=("owner_id", "owner_by")),
        Field("owner_external_id", "id", OWNER_ID, private=True, fills=("owner", "owner_id", "owner_by")),
    )


def company(names: tuple[str, ...] = COMPANY, ids: tuple[str, ...] = COMPANY_ID) -> tuple[Field, ...]:
    return (
        Field("company", "text", names, fills=("company_id", "company_by")),
        Field(
            "company_external_id", "id", ids, private=True, several=True, fills=("company_id", "company_by")
        ),
    )


def link(name: str, names: tuple[str, ...], *, several: bool = True) -> Field:
    """Another record by the id its source gives it: `deal` is the field deal_external_id and fills deal_id."""
    return Field(f"{name}_external_id", "id", names, private=True, several=several, fills=(f"{name}_id",))
