"""What happened, what was done to reach people, and what it cost."""

from portal.imports.kinds.names import COMPANY_ID, CURRENCY, DEAL_ID, PERSON_ID, link, owner
from portal.imports.kinds.shapes import Field, KindOfRecord, words

ACTIVITIES = KindOfRecord(
    name="activities",
    one="activity",
    ids=words("id activityid taskid eventid engagementid recordid callid meetingid donotmodifyactivity externalid"),
    prefixes=("activity",),
    keys=(("person_external_id", "kind", "at"), ("person_external_id", "at")),
    required=("at",),
    always=("kind_id", "direction"),
    files=("activities", "activity", "tasks", "task", "events", "event", "calls", "meetings", "engagements", "emails", "touches"),
    starts=("00T", "00U"),
    fields=(
        link("person", (*PERSON_ID, "associatedcontactids")),
        link("deal", DEAL_ID),
        link("company", COMPANY_ID),
        Field("related_external_id", "id", words("whatid regardingobjectid regarding relatedtoid"), private=True, fills=("deal_id", "company_id")),
        Field("kind", "word", words("activitytype kind eventtype engagementtype type tasksubtype eventsubtype action event activity category"), longest=60, fills=("kind_id", "direction")),
        Field("at", "time", words("occurredat happenedat activitydatetime activitydate at timestamp completeddatetime startdatetime starttime start eventdate eventtime datetime date actualend scheduledstart duedate duedateonly createddate createdate createdon time")),
        Field("direction", "direction", words("direction calldirection emaildirection inboundoutbound directioncode calltype")),
        owner()[0],
    ),
)  # fmt: skip

CAMPAIGNS = KindOfRecord(
    name="campaigns",
    one="campaign",
    ids=words("id campaignid recordid donotmodifycampaign externalid"),
    prefixes=("campaign",),
    keys=(("name",),),
    required=("name",),
    files=("campaigns", "campaign"),
    starts=("701",),
    fields=(
        Field("name", "text", words("name campaignname campaign title")),
        Field("channel", "text", words("type campaigntype channel typecode medium source"), longest=200),
        Field("status", "word", words("status campaignstatus statusreason state"), longest=100),
        Field("starts_on", "day", words("startdate startson start actualstart actualstartdate proposedstart proposedstartdate scheduledstart")),
        Field("ends_on", "day", words("enddate endson end actualend actualenddate proposedend proposedenddate")),
        Field("budget", "amount", words("budgetedcost budget totalbudget budgetallocated"), fills=("currency",)),
        Field("cost", "amount", words("actualcost totalactualcost cost totalcostofcampaign totalcost"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
        link("parent", words("parentid parentcampaignid parentcampaign"), several=False),
    ),
)  # fmt: skip

CAMPAIGN_MEMBERS = KindOfRecord(
    name="campaign_members",
    one="member of a campaign",
    ids=words("id campaignmemberid externalid"),
    keys=(("campaign_external_id", "person_external_id"),),
    required=("campaign_external_id", "person_external_id"),
    files=("campaignmember", "campaignmembers", "campaigncontacts", "campaignresponses"),
    starts=("00v",),
    fields=(
        link("campaign", words("campaignid campaignexternalid campaign campaignname"), several=False),
        link("person", (*PERSON_ID, "contact", "recordid")),
        Field("status", "word", words("status memberstatus campaignmemberstatus responsestatus"), longest=100),
        Field("joined_at", "time", words("joinedat dateadded addedat createddate createdate createdon sentat memberfirstassociateddate")),
        Field("responded", "flag", words("hasresponded responded isresponded response clicked"), since="responded_at", fills=("responded_at",)),
        Field("responded_at", "time", words("respondedat firstrespondeddate responsedate respondeddate respondedon responsetime")),
    ),
)  # fmt: skip

SPEND = KindOfRecord(
    name="spend",
    one="line of spend",
    ids=words("id lineid transactionid invoiceline externalid bookingid"),
    no_key=frozenset({"channel", "campaign", "amount", "spent_on"}),
    keys=(("channel", "campaign", "spent_on"), ("channel", "spent_on"), ("campaign", "spent_on")),
    required=("spent_on", "amount", "currency"),
    always=("channel",),
    files=("spend", "spending", "adspend", "costs", "cost", "budget", "expenses", "marketingspend", "ads"),
    fields=(
        Field("channel", "text", words("channel platform source publisher network medium vendor sourcemedium leadsource utmsource costcenter"), longest=200),
        Field("campaign", "text", words("campaign campaignname utmcampaign kampagne"), longest=200, fills=("channel",)),
        Field("spent_on", "month", words("spenton day date month period week reportingstarts startdate invoicedate bookingdate")),
        Field("amount", "amount", words("amount spend cost amountspent costs totalspend totalcost netamount kosten"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
    ),
)  # fmt: skip
