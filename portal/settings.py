"""Settings, all from the environment, all with a working default. `docs/settings.md` explains each (a test compares)."""

import secrets
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1 << 20


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the web server listens on; 0 takes a free one.")
    data_dir: Path = Field(
        Path("data"), description="Folder for the embedded database, queue, uploads and the secret key."
    )
    database_url: str = Field(
        "", description="PostgreSQL, such as `postgresql://user@host/name`. Empty: SQLite in DATA_DIR."
    )
    redis_url: str = Field(
        "",
        description="Redis or Valkey, such as `redis://host:6379/0`. Empty: an embedded server in DATA_DIR.",
    )
    company: str = Field(
        "",
        max_length=200,
        description="Your company's name, beside Concord on every page and on documents. The demo company's while that is loaded.",
    )
    demo: bool = Field(
        False,
        description="Demo mode: the demo company is loaded into an empty database; loopback only. `make run` sets it unless DEMO=0.",
    )
    secret_key_file: Path | None = Field(
        None,
        description="File that holds the key that signs forms. Empty: made in DATA_DIR on the first start.",
    )
    public_url: str = Field(
        "",
        description="How people reach the portal, such as `https://concord.example.com`; used in mailed links.",
    )
    trusted_hosts: str = Field(
        "",
        description="Host names the portal answers to, separated by commas. Empty: loopback names and that of PUBLIC_URL.",
    )
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="How many reverse proxies in front may be believed about address and scheme.",
    )
    allow_plain_http: bool = Field(
        False,
        description="Allow listening beyond loopback without HTTPS in PUBLIC_URL. Passwords then cross the network unprotected.",
    )
    workers: int = Field(
        1, ge=0, le=64, description="Worker processes that `portal up` starts for every queue."
    )
    web_processes: int = Field(2, ge=1, le=64, description="Web server processes.")
    web_threads: int = Field(32, ge=1, le=256, description="Threads of each web server process.")
    smtp_url: str = Field(
        "",
        description="Mail server, such as `smtp://user:password@host:587`. Empty: notices stay in the portal.",
    )
    mail_from: str = Field("concord@localhost", description="Sender of mailed notices.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    frozen_days: int = Field(
        14,
        ge=0,
        le=3650,
        description="Days for which the rows a scoring run read are kept, to replay it and to take them out; 0 keeps none.",
    )
    upload_bytes: int = Field(1024 * MIB, ge=1024, description="Largest file that may be uploaded, in bytes.")
    upload_rows: int = Field(2_000_000, ge=1, description="Most rows of an imported file.")
    upload_columns: int = Field(1_000, ge=1, le=1_500, description="Most columns of an imported file.")
    upload_files: int = Field(100, ge=1, le=1_000, description="Most files of a whole export.")
    import_files_days: int = Field(
        30, ge=0, le=3_650, description="Days that the file of an import is kept once it has ended."
    )
    cell_bytes: int = Field(32_000, ge=100, description="Longest cell of an imported file, in bytes.")
    xlsx_unpacked_bytes: int = Field(
        1024 * MIB, ge=1024, description="Largest unpacked size of an XLSX or zip file, in bytes."
    )

    @model_validator(mode="after")
    def _refuse_danger(self) -> Self:
        if self.demo and not self.on_loopback:
            raise ValueError("Demo mode listens on loopback only: set HOST=127.0.0.1, or DEMO=0.")
        if not (self.on_loopback or self.https or self.allow_plain_http):
            raise ValueError(
                "Listening beyond loopback needs HTTPS: set PUBLIC_URL=https://… behind a proxy, or ALLOW_PLAIN_HTTP=1."
            )
        return self

    @property
    def on_loopback(self) -> bool:
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def sqlite_path(self) -> Path:
        return self.data_dir / "concord.db"

    @property
    def engine_url(self) -> str:
        """The database as SQLAlchemy names it."""
        if not self.database_url:
            return f"sqlite:///{self.sqlite_path.absolute()}"
        _, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @cached_property
    def secret_key(self) -> str:
        """The key that signs forms: read, or made with mode 0600 on the first start."""
        path = self.secret_key_file or self.data_dir / "secret.key"
        if not path.exists():
            _write_secret(path)
        return path.read_text().strip()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(draft)  # fails if another process was first, whose key then counts
    except FileExistsError:
        pass
    finally:
        draft.unlink()
