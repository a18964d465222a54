"""Tests marked `long` belong to `make test-full`: they would double the time of `make test`."""


def pytest_configure(config):
    config.addinivalue_line("markers", "long: runs with --full only")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--full"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
