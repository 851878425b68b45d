from datetime import UTC, date, datetime

import pytest

from routes import formats


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (formats.number(1234567), "1,234,567"),
        (formats.number(1234.567, 2), "1,234.57"),
        (formats.number(None), "—"),
        (formats.percent(0.123), "12%"),
        (formats.percent(None), "—"),
        (formats.counted(0, "deal"), "no deals"),
        (formats.counted(1, "person", "people"), "1 person"),
        (formats.counted(2000, "person", "people"), "2,000 people"),
        (formats.day(date(2026, 3, 2)), "2 Mar 2026"),
        (formats.day(None), "—"),
        (formats.kept('"Rejected by sales"'), "Rejected by sales"),
        (formats.kept("true"), "yes"),
        (formats.kept("1500"), "1500"),
        (formats.kept(None), "—"),
        (formats.kept('""'), "—"),
        (formats.titled("expected_close_on"), "Expected close on"),
        (formats.titled("ISO 55001 certified"), "ISO 55001 certified"),
        (formats.moment(None), "—"),
        (
            formats.moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)),
            '<time datetime="2026-03-02T09:05:00+00:00">2 Mar 2026, 09:05 UTC</time>',
        ),
        (formats.duration(None), "—"),
        (formats.duration(8.2), "8 s"),
        (formats.duration(185), "3 min"),
        (formats.duration(7500), "2 h 5 min"),
        (formats.size(512), "512 B"),
        (formats.size(1_200_000), "1.2 MB"),
        (formats.size(3_400_000_000), "3.4 GB"),
        (formats.short(None), ""),
        (formats.short(412), "412"),
        (formats.short(9240), "9.2k"),
        (formats.short(999_999), "1.0M"),
        (formats.browser("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"), "Firefox on Linux"),
        (formats.browser("curl/8.1"), "curl"),
        (formats.browser(""), "A browser"),
    ],
)
def test_how_values_are_written(shown: str, expected: str) -> None:
    assert shown == expected
