"""How people come to the demo company: channels with their share, their pace over two years, their cost and their quality."""

from dataclasses import dataclass
from typing import Final

from portal.activities import Direction
from portal.demo.stories import FIRST_TOUCH, LAST_TOUCH, STOPPED_SOURCE


@dataclass(frozen=True)
class Channel:
    """`people` come in two years; `pull` is what the channel adds to the log-odds that they buy.

    `monthly` is spend in EUR in a usual month, `burst` what each of the moments in `bursts` (units of the timeline)
    costs on top; people come at the bursts if there are any. `touch` is the activity that stands for the channel.
    """

    name: str
    people: int
    direction: Direction
    pull: float
    monthly: int = 0
    touch: str = ""
    bursts: tuple[float, ...] = ()
    burst: int = 0
    campaigns: tuple[str, ...] = ("",)


SHOWS: Final = (72.0, 186.0, 301.0, 437.0, 556.0, 668.0)
LISTS: Final = (91.0, 402.0)
OLD_FILE: Final = "Old contact file"

CHANNELS: Final = (
    Channel("Website", 620, Direction.INBOUND, 0.3, 11_800, "Site visit"),
    Channel(
        LAST_TOUCH, 470, Direction.INBOUND, -0.2, 15_400, "Search ad click",
        campaigns=("Search: condition monitoring", "Search: pump failure", "Search: vibration sensor"),
    ),
    Channel(
        FIRST_TOUCH, 420, Direction.INBOUND, 0.8, 6_900, "Webinar",
        campaigns=("Webinar: fewer unplanned stops", "Webinar: vibration basics", "Webinar: from rounds to readings"),
    ),
    Channel("Newsletter", 210, Direction.INBOUND, -0.2, 2_300, "E-mail opened"),
    Channel(
        STOPPED_SOURCE, 330, Direction.INBOUND, -0.3, 8_700, "Download",
        campaigns=("White paper: what a stop costs", "White paper: sensors in wet areas"),
    ),
    Channel(
        "Partner referral", 170, Direction.INBOUND, 0.9, 3_900, "Site visit",
        campaigns=("Deltagrip Services", "Kestrelwork Automation", "Lumidor Engineering"),
    ),
    Channel("Customer referral", 90, Direction.INBOUND, 1.1, 0, "Site visit"),
    Channel(
        "Trade shows", 380, Direction.OUTBOUND, -0.4, 2_100, "Trade show visit", SHOWS, 41_500,
        ("Process Days North", "Werkform Fair", "Metal & Mill", "Process Days South", "Werkform Fair", "Dairy & Brew Expo"),
    ),
    Channel(
        "Bought list", 200, Direction.OUTBOUND, -1.2, 0, "", LISTS, 6_800,
        ("List: plant managers", "List: maintenance heads"),
    ),
    Channel(OLD_FILE, 50, Direction.UNKNOWN, -1.5),
)  # fmt: skip
BY_NAME: Final = {channel.name: channel for channel in CHANNELS}
PAID: Final = tuple(channel for channel in CHANNELS if channel.monthly or channel.burst)


@dataclass(frozen=True)
class Kind:
    """A kind of activity: its points for engagement, and whether it is an inbound request."""

    name: str
    weight: float
    is_request: bool = False


KINDS: Final = (
    Kind("Demo request", 10, is_request=True),
    Kind("Pricing question", 9, is_request=True),
    Kind("Contact form", 7, is_request=True),
    Kind("Meeting", 8),
    Kind("Call", 4),
    Kind("Webinar", 4),
    Kind("Trade show visit", 3),
    Kind("Download", 3),
    Kind("Search ad click", 1.5),
    Kind("Site visit", 1),
    Kind("E-mail opened", 0.5),
)
TOUCHES: Final = {
    c.touch: c.name for c in CHANNELS if c.touch in {"Search ad click", "Webinar", "Trade show visit"}
}
