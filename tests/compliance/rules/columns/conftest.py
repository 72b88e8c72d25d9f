from collections.abc import Iterator

import pytest

from compliance.auditing.engines import DuckDB, Engine, MissingEngineError, Spark, check_installed


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[Engine]:
    yield from _engine("duckdb")


@pytest.fixture(scope="session")
def spark_engine() -> Iterator[Engine]:
    yield from _engine("spark")


def _engine(name: str) -> Iterator[Engine]:
    try:
        check_installed(name)
    except MissingEngineError as error:
        pytest.skip(str(error))
    engine = DuckDB(threads=2) if name == "duckdb" else Spark()
    yield engine
    engine.close()
