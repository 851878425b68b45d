"""The headers of real systems' exports, each recognised as its kind and mapped, ids and all."""

import pytest

from portal.imports.guessing import guess
from portal.imports.kinds import KINDS, KindOfRecord
from portal.imports.limits import Limits
from portal.imports.mapping import check
from portal.imports.sorting import in_order, kind_of
from portal.imports.understanding import understand

A, C, L, D, K, U = (
    "0010000000xLD0A",
    "0030000000xLD0A",
    "00Q0000000xLD0A",
    "0060000000xLD0A",
    "7010000000xLD0A",
    "0050000000xLD0A",
)

SALESFORCE = {
    "Account.csv": ("companies", f"Id,IsDeleted,Name,Type,ParentId,BillingCity,BillingCountry,Phone,Website,Industry,AnnualRevenue,NumberOfEmployees,OwnerId,SystemModstamp\n{A},0,Acme,Customer,,Ulm,Germany,1,acme.com,Steel,100.5,12,{U},2024-01-02T03:04:05.000Z",
        {"Name": "name", "ParentId": "parent_external_id", "Website": "domain", "AnnualRevenue": "revenue", "NumberOfEmployees": "employees", "OwnerId": "owner_external_id", "BillingCountry": "country"}),
    "Contact.csv": ("people", f"Id,IsDeleted,AccountId,LastName,FirstName,MailingCity,Email,Title,LeadSource,OwnerId,HasOptedOutOfEmail,CreatedDate,SystemModstamp\n{C},0,{A},Lovelace,Ada,Ulm,ada@acme.com,CTO,Web,{U},0,2024-01-02T03:04:05.000Z,2024-01-02T03:04:05.000Z",
        {"AccountId": "company_external_id", "LastName": "last_name", "HasOptedOutOfEmail": "opted_out"}),
    "Lead.csv": ("people", f"Id,LastName,FirstName,Company,Email,LeadSource,Status,OwnerId,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId,CreatedDate\n{L},Lovelace,Ada,Acme,ada@acme.com,Web,Qualified,{U},true,2024-01-02,{A},{C},{D},2024-01-02T03:04:05.000Z",
        {"ConvertedContactId": "contact_external_id", "ConvertedAccountId": "company_external_id", "ConvertedOpportunityId": "deal_external_id", "Status": "status"}),
    "Opportunity.csv": ("deals", f"Id,AccountId,Name,StageName,Amount,Probability,CloseDate,Type,LeadSource,IsClosed,IsWon,CampaignId,OwnerId,CreatedDate\n{D},{A},Ten,Demo,100.5,10,2024-01-02,New,Web,false,false,{K},{U},2024-01-02T03:04:05.000Z",
        {"AccountId": "company_external_id", "StageName": "stage", "CampaignId": "campaign_external_id", "CloseDate": "expected_close_on"}),
    "OpportunityContactRole.csv": ("deal_roles", f"Id,OpportunityId,ContactId,Role,IsPrimary,CreatedDate\n00K0000000xLD0A,{D},{C},Decision Maker,true,2024-01-02T03:04:05.000Z",
        {"OpportunityId": "deal_external_id", "ContactId": "person_external_id", "Role": "role", "IsPrimary": "is_primary"}),
    "OpportunityHistory.csv": ("stage_changes", f"Id,OpportunityId,CreatedById,CreatedDate,StageName,Amount,CloseDate,Probability,SystemModstamp\n0080000000xLD0A,{D},{U},2024-01-02T03:04:05.000Z,Demo,100.5,2024-02-02,10,2024-01-02T03:04:05.000Z",
        {"OpportunityId": "deal_external_id", "StageName": "stage", "CreatedDate": "entered_at"}),
    "Campaign.csv": ("campaigns", f"Id,Name,ParentId,Type,Status,StartDate,EndDate,ExpectedRevenue,BudgetedCost,ActualCost,OwnerId\n{K},Spring,,Webinar,Completed,2024-01-02,2024-02-02,5.5,100.5,90.5,{U}",
        {"Name": "name", "Type": "channel", "StartDate": "starts_on", "BudgetedCost": "budget", "ActualCost": "cost", "ParentId": "parent_external_id"}),
    "CampaignMember.csv": ("campaign_members", f"Id,CampaignId,LeadId,ContactId,Status,HasResponded,FirstRespondedDate,CreatedDate\n00v0000000xLD0A,{K},{L},,Attended,true,2024-01-02,2024-01-02T03:04:05.000Z",
        {"CampaignId": "campaign_external_id", "LeadId": "person_external_id", "ContactId": "person_external_id", "HasResponded": "responded", "FirstRespondedDate": "responded_at"}),
    "Task.csv": ("activities", f"Id,WhoId,WhatId,Subject,ActivityDate,Status,Priority,OwnerId,Type,AccountId,CallType,CreatedDate\n00T0000000xLD0A,{C},{D},Call back,2024-01-02,Completed,Normal,{U},Call,{A},Inbound,2024-01-02T03:04:05.000Z",
        {"WhoId": "person_external_id", "WhatId": "related_external_id", "Type": "kind", "ActivityDate": "at", "CallType": "direction"}),
    "User.csv": ("owners", f"Id,Username,LastName,FirstName,Name,Department,Email,IsActive,ManagerId\n{U},grace@x.com,Hopper,Grace,Grace Hopper,East,grace@x.com,true,0050000000xLD0B",
        {"Name": "name", "Email": "email", "Department": "team"}),
    "Product2.csv": ("products", "Id,Name,ProductCode,Description,IsActive,Family\n01t0000000xLD0A,Engine,E-1,Turns,true,Steam", {"Name": "name", "ProductCode": "code", "Family": "family"}),
    "Order.csv": ("orders", f"Id,AccountId,OpportunityId,EffectiveDate,Status,Type,TotalAmount,OrderNumber\n8010000000xLD0A,{A},{D},2024-01-02,Activated,Renewal,100.5,0000100",
        {"AccountId": "company_external_id", "EffectiveDate": "ordered_at", "Type": "kind", "TotalAmount": "amount"}),
}  # fmt: skip
HUBSPOT = {
    "hubspot-crm-exports-all-contacts-2024-01-02.csv": ("people", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Lead Status,Create Date,Associated Company IDs,Original Source,Unsubscribed from all email\n101,Ada,Lovelace,ada@acme.com,1,Grace,Marketing Qualified Lead,New,2024-01-02 03:04,7;8,ORGANIC,false",
        {"Associated Company IDs": "company_external_id", "Contact owner": "owner", "Unsubscribed from all email": "opted_out"}),
    "hubspot-crm-exports-all-companies-2024-01-02.csv": ("companies", "Record ID,Company name,Company owner,Create Date,Phone Number,City,Country/Region,Industry,Company Domain Name,Number of Employees,Annual Revenue\n7,Acme,Grace,2024-01-02 03:04,1,Ulm,Germany,Steel,acme.com,12,100.5",
        {"Company name": "name", "Company owner": "owner", "Company Domain Name": "domain", "Number of Employees": "employees"}),
    "hubspot-crm-exports-all-deals-2024-01-02.csv": ("deals", "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Associated Contact IDs,Associated Company IDs,Create Date\n9,Ten,Demo,2024-03-02 03:04,Grace,100.5,Sales Pipeline,101;102,7,2024-01-02 03:04",
        {"Deal Stage": "stage", "Pipeline": "pipeline", "Associated Contact IDs": "people_external_ids", "Associated Company IDs": "company_external_id"}),
}  # fmt: skip
ODOO = {
    "res.partner companies.csv": ("companies", "External ID,Name,Website,Country,City,Industry,Salesperson,Related Company\n__export__.res_partner_7,Acme,http://acme.com,Germany,Ulm,Steel,Grace,",
        {"Name": "name", "Website": "domain", "Salesperson": "owner"}),
    "Opportunities.csv": ("deals", "External ID,Opportunity,Customer,Email,Salesperson,Expected Revenue,Stage,Expected Closing,Created on\n__export__.crm_lead_1,Ten,Acme,ada@acme.com,Grace,100.5,New,2024-03-02,2024-01-02 03:04:05",
        {"Opportunity": "name", "Customer": "company", "Expected Revenue": "amount", "Expected Closing": "expected_close_on"}),
    "Quotations and Orders.csv": ("orders", "Order Reference,Order Date,Customer,Salesperson,Total,Status\nS00001,2024-01-02 03:04:05,Acme,Grace,100.5,Sales Order",
        {"Order Date": "ordered_at", "Customer": "company", "Total": "amount"}),
}  # fmt: skip
DYNAMICS = {
    "Active Accounts 1-2-2024 3-04-05 PM.csv": ("companies", "(Do Not Modify) Account,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Account Name,Main Phone,Address 1: City,Website,Industry,Annual Revenue,Number of Employees,Parent Account,Owner\n6f9619ff-8b86-d011-b42d-00c04fc964ff,abc,1/31/2024 3:04 PM,Acme,1,Ulm,acme.com,Steel,100.5,12,Group,Grace",
        {"Account Name": "name", "Website": "domain", "Parent Account": "parent", "Address 1: City": "city"}),
    "Open Opportunities.csv": ("deals", "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,Topic,Potential Customer,Account,Contact,Est. Close Date,Est. Revenue,Probability,Status Reason,Originating Lead,Owner,Created On\n6f9619ff-8b86-d011-b42d-00c04fc964ff,abc,Ten,Acme,Acme,Ada,3/31/2024,100.5,10,In Progress,,Grace,1/31/2024 3:04 PM",
        {"Topic": "name", "Account": "company", "Est. Revenue": "amount", "Est. Close Date": "expected_close_on"}),
    "All Campaigns.csv": ("campaigns", "(Do Not Modify) Campaign,(Do Not Modify) Row Checksum,Name,Campaign Type,Status Reason,Proposed Start,Proposed End,Budget Allocated,Total Actual Cost\n6f9619ff-8b86-d011-b42d-00c04fc964ff,abc,Spring,Event,Launched,1/31/2024,2/28/2024,100.5,90.5",
        {"Name": "name", "Campaign Type": "channel", "Budget Allocated": "budget"}),
}  # fmt: skip
OTHERS = {
    "Google Ads spend.csv": ("spend", "Day,Campaign,Cost,Currency code\n2024-01-02,Spring,10.5,EUR\n2024-01-03,Spring,11.5,EUR", {"Day": "spent_on", "Campaign": "campaign", "Cost": "amount", "Currency code": "currency"}),
    "quotas.csv": ("quotas", "Owner,Quarter,Quota\nGrace,2024-Q1,50000.5\nGrace,2024-Q2,50000.5", {"Owner": "owner", "Quarter": "period", "Quota": "amount"}),
    "partners.csv": ("partners", "Partner ID,Partner Name,Tier,Country\nP1,Engine Sellers,Gold,UK", {"Partner Name": "name", "Tier": "type"}),
}  # fmt: skip
CASES = [
    pytest.param(name, *case, id=name)
    for files in (SALESFORCE, HUBSPOT, ODOO, DYNAMICS, OTHERS)
    for name, case in files.items()
]


@pytest.mark.parametrize(("name", "kind", "content", "some"), CASES)
def test_recognises_the_kind_and_guesses_its_fields(table, name, kind, content, some):
    understood = understand(table(content + "\n"), Limits())
    assert kind_of(understood, name)[0][0] == kind
    mapping = guess(understood, kind, source="CRM", filename=name).mapping
    assert some.items() <= {column.column: column.field for column in mapping.columns}.items()
    check(mapping, understood)


@pytest.mark.parametrize(
    ("name", "kind", "content"), [pytest.param(n, k, c, id=n) for n, (k, c, _) in SALESFORCE.items()]
)
def test_salesforces_ids_tell_the_kind_whatever_the_file_is_called(table, name, kind, content):
    del name
    assert kind_of(understand(table(content + "\n"), Limits()), "export.csv")[0][0] == kind


def test_a_file_that_tells_nothing_is_no_kind(table):
    assert (
        kind_of(understand(table("Table,Description\naccounts,Company name\n"), Limits()), "dictionary.csv")
        == []
    )


def test_what_others_name_goes_in_first():
    assert in_order(["activities", "people", "deals", "companies", "owners"]) == [
        "owners", "companies", "people", "deals", "activities"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_is_whole(kind: KindOfRecord):
    known = kind.field_names
    assert {name for key in kind.keys for name in key} | {
        field.since for field in kind.fields if field.since
    } <= known
    for field in kind.fields:
        assert len(field.names) == len(set(field.names)), field.name
