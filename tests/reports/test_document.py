import re
from datetime import date
from decimal import Decimal

import pytest

from reports import document, roi

SIGNED = roi.Choices(
    margin=Decimal("0.8"), hurdle=Decimal("0.25"), signed_by="Head of Finance", signed_on=date(2026, 4, 1)
)


@pytest.fixture(name="page", scope="session")
def page_fixture(given):
    def page(**changes):
        return document.page(roi.build(given(**changes)))

    return page


def words(html):
    """The text a reader sees, in one line."""
    seen = re.sub(r"<(style|title|desc)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", seen).replace("\u00a0", " ").split())


def test_states_its_finding_in_one_paragraph(page):
    assert (
        "Marketing spent EUR 100,000.00 from 1 January 2026 to 30 April 2026 and sourced EUR 150,000.00 of won revenue "
        "in 12 deals, 75.0% of all won revenue. After the spend, EUR 50,000.00 is left: a return of 50.0% on marketing "
        "investment."
    ) in words(page())


def test_the_finding_measures_against_the_hurdle_and_names_the_margin(page):
    assert (
        "After the spend at a gross margin of 80.0%, EUR 20,000.00 is left: a return of 20.0% on marketing investment, "
        "below the hurdle rate of 25.0%."
    ) in words(page(choices=SIGNED))


def test_the_finding_says_what_is_lost(page):
    said = words(page(revenue=[roi.Revenue(date(2026, 1, 1), Decimal(40_000), "EUR", True, 1, "Search")]))
    assert (
        "in 1 deal, 100.0% of all won revenue. After the spend, EUR 60,000.00 is lost: a return of −60.0%"
        in said
    )


def test_the_finding_says_why_there_is_no_roi(page):
    said = words(page(spend=[]))
    assert (
        "Marketing-sourced revenue is EUR 150,000.00. No spend recorded for the period: ROI cannot be computed."
        in said
    )


def test_is_a_draft_on_every_page_until_finance_signed(page):
    assert ('class="watermark"' in page(), 'class="watermark"' in page(choices=SIGNED)) == (True, False)
    assert "Signed by Head of Finance, 1 April 2026" in words(page(choices=SIGNED))
    assert "Draft. Finance has not signed" not in words(page(choices=SIGNED))


def test_marks_what_rests_on_unsigned_definitions(page):
    assert "Marketing-sourced v1 provisional, unsigned ; Customer v2" in words(page())


def test_shows_how_each_figure_was_made(page, given):
    said = words(page())
    for figure in roi.build(given()).figures:
        assert figure.name in said
        assert figure.query in said
    assert f"the digest {given().digest}, as of 2 May 2026, 06:30 UTC" in said


def test_says_that_the_period_had_not_ended(page):
    assert "The period had not ended when the data was read" in words(page(end=date(2026, 6, 30)))
    assert "had not ended" not in words(page())


def test_deals_that_add_up_are_said_to(page):
    assert "The 12 deals add up to EUR 150,000.00, the marketing-sourced revenue above." in words(page())


def test_deals_that_do_not_add_up_are_said_not_to(page, given):
    said = words(page(deals=given().deals[:11], deals_total=11))
    assert (
        "The 11 deals add up to EUR 137,500.00: EUR 12,500.00 away from the revenue above. Check the data."
        in said
    )


def test_long_lists_are_cut_and_say_so(given):
    html = document.page(roi.build(given()), deals=5)
    assert (
        "The 12 deals add up to EUR 150,000.00, the marketing-sourced revenue above. The first 5 are listed here."
        in words(html)
    )
    assert (html.count("D-4<"), html.count("D-5<")) == (1, 0)


def test_rows_that_were_not_given_are_counted(page, given):
    assert "12 of 1,240 deals are listed here." in words(page(deals=given().deals, deals_total=1240))


def test_other_currencies_are_told_apart(page, given):
    dollars = roi.Spend("Search", date(2026, 1, 1), Decimal(900), "USD")
    said = words(page(spend=[*given().spend, dollars]))
    assert "Leaves out USD 900.00: other currencies are not converted." in said
    assert "no exchange rate is agreed" in said


def test_an_empty_period_is_a_document_too(page):
    said = words(page(spend=[], revenue=[], deals=[], deals_total=0, funnel=[]))
    assert "No stage has been counted for this period." in said
    assert said.count("There is no data to draw yet.") == 4


def test_markup_in_data_stays_text(page):
    html = page(
        company="<script>alert(1)</script>", spend=[roi.Spend("<b>", date(2026, 1, 1), Decimal(1), "EUR")]
    )
    assert "<script" not in html
    assert "<b>" not in html


def test_refers_to_nothing_outside_itself(page):
    html = page().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|file:|url\(|@import|\s(src|href)=", html)


def test_the_body_for_a_page_has_no_head_style_or_watermark(given):
    html = document.body(roi.build(given()))
    assert not re.search(r"<(html|head|style|body)\b|watermark| style=", html)
    assert html.count("<h1>") == 1
    assert html.count("<svg") == 4


def test_ids_are_not_doubled(page):
    ids = re.findall(r' id="([^"]+)"', page())
    assert len(ids) == len(set(ids))


def test_the_same_input_is_the_same_document(page):
    assert page() == page()
