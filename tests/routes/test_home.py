from tests.routes.conftest import Browser


def test_home_asks_to_sign_in(client: Browser) -> None:
    response = client.get("/")

    assert (response.status_code, response.location) == (303, "/sign-in")


def test_an_empty_portal_shows_the_first_steps(member: Browser) -> None:
    page = member.get("/").text

    assert "Import people" in page
    assert "Nothing waits for you" in page
