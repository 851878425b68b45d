"""What was bought, who is to sell, and how much."""

from portal.imports.kinds.names import CURRENCY, DEAL_ID, EMAIL, OWNER, OWNER_ID, company, link
from portal.imports.kinds.shapes import Field, KindOfRecord, words

ORDERS = KindOfRecord(
    name="orders",
    one="order",
    ids=words("id orderid recordid donotmodifyorder externalid ordernumber orderreference invoiceid invoicenumber number transactionid"),
    no_key=frozenset({"amount", "ordered_at", "company", "product"}),
    prefixes=("order",),
    keys=(("person_external_id", "ordered_at", "amount"), ("company", "ordered_at", "amount")),
    required=("ordered_at",),
    files=("orders", "order", "purchases", "invoices", "sales", "transactions", "subscriptions"),
    starts=("801",),
    fields=(
        Field("number", "text", words("ordernumber orderreference number invoicenumber reference"), longest=100),
        Field("kind", "word", words("orderkind ordertype kind salestype type"), longest=100),
        Field("amount", "amount", words("amount totalamount total grandtotal ordertotal amounttotal netamount untaxedamount totalprice value revenue orderamount"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
        Field("ordered_at", "time", words("orderedat orderdate dateordered orderstartdate effectivedate purchasedate invoicedate activateddate transactiondate closedate date createddate createdate createdon")),
        Field("product", "text", words("product productname item lineitem"), longest=200),
        Field("status", "word", words("status orderstatus state statuscode"), longest=100),
        link("person", words("contactid personid customerid billtocontactid customerauthorizedbyid customerexternalid")),
        *company(),
        link("deal", (*DEAL_ID, "opportunity", "deal")),
    ),
)  # fmt: skip

OWNERS = KindOfRecord(
    name="owners",
    one="owner",
    ids=words("id userid ownerid salespersonid recordid hubspotownerid donotmodifyuser systemuserid externalid"),
    no_key=frozenset({"email", "team", "manager", "first_name", "last_name"}),
    prefixes=("owner", "user"),
    keys=(("name",),),
    files=("users", "user", "owners", "owner", "salesteams", "salesreps", "reps", "teams", "sellers"),
    starts=("005",),
    fields=(
        Field("name", "name", ("name", "fullname", "user", "username", *OWNER), private=True, longest=200),
        Field("first_name", "name", words("firstname"), private=True, longest=200, fills=("name",)),
        Field("last_name", "name", words("lastname"), private=True, longest=200, fills=("name",)),
        Field("email", "email", EMAIL, private=True, longest=254),
        Field("team", "text", words("team teamname salesteam mainteam primaryteam department regionaloffice territory businessunit userrole division office region"), longest=200),
        Field("manager", "text", words("manager managername managerid salesmanager"), longest=200),
    ),
)  # fmt: skip

QUOTAS = KindOfRecord(
    name="quotas",
    one="quota",
    ids=words("id quotaid forecastingquotaid recordid externalid"),
    no_key=frozenset({"owner", "team", "amount", "period", "first_on", "last_on"}),
    prefixes=("quota",),
    keys=(
        ("owner_external_id", "period"), ("owner", "period"), ("team", "period"),
        ("owner_external_id", "first_on"), ("owner", "first_on"), ("team", "first_on"),
    ),
    required=("amount", "first_on"),
    files=("quotas", "quota", "forecastingquota", "goals", "targets"),
    starts=("0J9",),
    fields=(
        Field("owner", "text", OWNER, longest=200, fills=("owner_id", "owner_by")),
        Field("owner_external_id", "id", ("quotaownerid", *OWNER_ID, "userid"), private=True, fills=("owner", "owner_id", "owner_by")),
        Field("team", "text", words("team teamname salesteam department region territory regionaloffice"), longest=200),
        Field("period", "text", words("period quarter month year fiscalquarter fiscalperiod quotaperiod"), fills=("first_on", "last_on")),
        Field("first_on", "day", words("startdate periodstart start from firstday"), fills=("last_on",)),
        Field("last_on", "day", words("enddate periodend end to until lastday")),
        Field("amount", "amount", words("quotaamount quota amount target targetamount goal goalamount"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
    ),
)  # fmt: skip
