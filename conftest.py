"""What holds for every test, wherever it is started from."""

pytest_plugins = ["tests.plugins.profiles"]
