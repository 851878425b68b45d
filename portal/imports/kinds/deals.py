"""Deals, the people on them, and the stages they went through."""

from portal.imports.kinds.names import CREATED, CURRENCY, DEAL_ID, PERSON_ID, SOURCE, company, link, owner
from portal.imports.kinds.shapes import Field, KindOfRecord, words

ENDED = ("outcome", "closed_at", "term")

DEALS = KindOfRecord(
    name="deals",
    one="deal",
    ids=words("id recordid dealid opportunityid opportunityexternalid externalid uniqueid donotmodifyopportunity opportunity deal"),
    no_key=frozenset({"name", "company", "owner", "stage"}),
    prefixes=("deal", "opportunity"),
    files=("deals", "deal", "opportunities", "opportunity", "pipeline", "salespipeline"),
    starts=("006",),
    fields=(
        Field("name", "text", words("name dealname opportunityname opportunity title topic dealtitle deal subject")),
        *company(),
        link("person", words("contactid personid associatedcontactid primarycontactid contactexternalid leadid")),
        Field("people_external_ids", "ids", words("associatedcontactids contactids contactroles"), private=True, fills=("person_id",)),
        Field("lead_external_id", "id", words("originatingleadid originatinglead convertedleadid"), private=True, fills=("person_id",)),
        link("partner", words("partneraccountid resellerid partnerexternalid"), several=False),
        link("campaign", words("campaignid primarycampaignsourceid sourcecampaign"), several=False),
        *owner(),
        Field("pipeline", "word", words("pipeline pipelinename salespipeline dealpipeline salesprocess pipelineid"), longest=100),
        Field("stage", "word", words("stage stagename dealstage opportunitystage salesstage pipelinestage stageid status"), longest=100, fills=ENDED),
        Field("outcome", "outcome", words("outcome result wonlost statecode"), fills=ENDED),
        Field("is_won", "flag", words("iswon iscloseswon isclosedwon won"), fills=ENDED),
        Field("is_closed", "flag", words("isclosed closed"), fills=ENDED),
        Field("amount", "amount", words("amount closevalue dealvalue dealamount value expectedrevenue estrevenue estimatedvalue actualrevenue totalvalue opportunityamount revenue betrag"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
        Field("probability", "share", words("probability dealprobability closeprobability winprobability")),
        Field("created_at", "time", CREATED),
        Field("expected_close_on", "day", words("closedate expectedclosedate expectedclosing estclosedate estimatedclosedate expectedcloseon datedeadline")),
        Field("closed_at", "time", words("closedat closedon actualclosedate closeddate wontime losttime dateclosed dealclosedtime")),
        Field("product", "text", words("product productname lineitem productcode"), longest=200),
        Field("source", "text", SOURCE, longest=200),
        Field("type", "word", words("type dealtype opportunitytype recordtype"), longest=100),
    ),
)  # fmt: skip

DEAL_ROLES = KindOfRecord(
    name="deal_roles",
    one="role on a deal",
    ids=words("id roleid opportunitycontactroleid externalid"),
    keys=(("deal_external_id", "person_external_id", "role"), ("deal_external_id", "person_external_id")),
    required=("deal_external_id", "person_external_id"),
    files=("opportunitycontactrole", "opportunitycontactroles", "contactroles", "dealcontacts", "dealroles"),
    starts=("00K",),
    fields=(
        link("deal", (*DEAL_ID, "opportunity", "deal")),
        link("person", (*PERSON_ID, "contact", "person")),
        Field("role", "word", words("role contactrole dealrole buyingrole associationlabel"), longest=100),
        Field("is_primary", "flag", words("isprimary primary primarycontact")),
    ),
)  # fmt: skip

STAGE_CHANGES = KindOfRecord(
    name="stage_changes",
    one="stage change",
    ids=words("id historyid opportunityhistoryid externalid"),
    keys=(("deal_external_id", "stage", "entered_at"),),
    required=("deal_external_id", "stage", "entered_at"),
    files=("opportunityhistory", "stagehistory", "dealhistory", "stagechanges", "dealstagehistory"),
    starts=("008",),
    fields=(
        link("deal", (*DEAL_ID, "opportunity", "deal")),
        Field("stage", "word", words("stagename tostage newstage stage dealstage stageentered newvalue"), longest=100),
        Field("entered_at", "time", words("enteredat dateentered entereddate enteredon changedat changedate stagechangedate createddate createdate createdon lastmodifieddate systemmodstamp lastmodified timestamp date")),
    ),
)  # fmt: skip
