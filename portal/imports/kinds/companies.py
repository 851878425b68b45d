"""Companies, and those who sell with us."""

from portal.imports.kinds.names import CITY, COMPANY, COUNTRY, CURRENCY, DOMAIN, link, owner
from portal.imports.kinds.shapes import Field, KindOfRecord, words

COMPANIES = KindOfRecord(
    name="companies",
    one="company",
    ids=words("id recordid accountid companyid organizationid orgid donotmodifyaccount externalid uniqueid accountexternalid companyexternalid accountnumber customernumber"),
    no_key=frozenset({"domain", "industry", "country", "city", "owner", "parent"}),
    prefixes=("organization", "company", "account"),
    keys=(("name",),),
    required=("name",),
    files=("accounts", "account", "companies", "company", "organizations", "organisations", "firms"),
    starts=("001",),
    fields=(
        Field("name", "text", ("name", *COMPANY, "displayname")),
        Field("domain", "domain", DOMAIN, longest=200),
        Field("industry", "text", words("industry sector industrycode industrysector branche"), longest=200),
        Field("employees", "number", words("numberofemployees employees numemp numemployees employeecount headcount noofemployees companysize employeesize")),
        Field("revenue", "amount", words("annualrevenue revenue yearlyrevenue turnover"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
        Field("type", "word", words("type accounttype companytype relationshiptype customertype customertypecode"), longest=100),
        Field("country", "text", COUNTRY, longest=100),
        Field("city", "text", CITY, longest=100),
        Field("parent", "text", words("parentaccount parentcompany parentname parentaccountname parentcompanyname subsidiaryof ultimateparent relatedcompany"), fills=("parent_id", "parent_by")),
        Field("parent_external_id", "id", words("parentid parentaccountid parentcompanyid parent parentexternalid"), private=True, fills=("parent_id", "parent_by")),
        *owner(),
    ),
)  # fmt: skip

PARTNERS = KindOfRecord(
    name="partners",
    one="partner",
    ids=words("id partnerid recordid partneraccountid externalid"),
    prefixes=("partner",),
    keys=(("name",),),
    required=("name",),
    files=("partners", "partner", "resellers", "distributors"),
    fields=(
        Field("name", "text", words("name partnername partner partneraccount partneraccountname reseller resellername company companyname accountname")),
        Field("type", "word", words("type partnertype tier level partnertier role"), longest=100),
        Field("status", "word", words("status partnerstatus"), longest=100),
        Field("domain", "domain", DOMAIN, longest=200),
        Field("country", "text", COUNTRY, longest=100),
        link("company", words("accountid companyid accounttoid"), several=False),
        *owner(),
    ),
)  # fmt: skip

PRODUCTS = KindOfRecord(
    name="products",
    one="product",
    ids=words("id productid recordid donotmodifyproduct externalid productcode sku internalreference code"),
    prefixes=("product",),
    keys=(("name",), ("code",)),
    required=("name",),
    files=("products", "product", "product2", "pricelist", "catalogue", "catalog"),
    starts=("01t",),
    fields=(
        Field("name", "text", words("name productname product title"), longest=200),
        Field("code", "text", words("productcode code sku internalreference productid itemcode"), longest=100),
        Field("family", "text", words("family productfamily series category productcategory producttype"), longest=200),
        Field("price", "amount", words("unitprice salesprice price listprice standardprice publicprice currentcost"), fills=("currency",)),
        Field("currency", "currency", CURRENCY),
    ),
)  # fmt: skip
