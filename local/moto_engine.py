"""The database in memory: moto's DynamoDB behind a port of this machine, one request at a time."""

from __future__ import annotations

import copy
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

from local.moto_door import open_door


def start() -> tuple[str, Callable[[], None]]:
    """
    Start the engine on a free port; nothing of it outlives the process.

    Returns:
        Its address, and a function that ends it.
    """
    _lighten_transactions()
    _lighten_queries()
    server = open_door()
    thread = Thread(target=server.serve_forever, name="moto", daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

    return f"http://127.0.0.1:{server.server_port}", stop


def _lighten_transactions() -> None:
    """
    Let moto keep aside only the items a transaction touches.

    moto (5.2) copies each table in depth for every action of a transaction, its stream included: with some thousand
    items that takes seconds for one message. Items are replaced by a put and changed in place by an update, so
    a copy of the touched ones and of the maps around them brings back the former state just as well.
    """
    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    if isinstance(models.copy, _LightCopy):
        return
    light = _LightCopy(Table)
    models.copy = light  # type: ignore[assignment]
    of_moto = models.DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        light.touched = [_key_of(action) for action in transact_items]
        try:
            of_moto(self, transact_items)
        finally:
            light.touched = []

    models.DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign]


def _lighten_queries() -> None:
    """
    Let moto look at the items under the asked key only.

    moto (5.2) compares every item of the table with the key in a slow way, so a list gets slower with each case that
    was ever stored. The items it then sorts and filters are the same.
    """
    from moto.dynamodb.models.table import Table

    of_moto: Any = Table.query
    if getattr(of_moto, "lightened", False):
        return
    arguments_of = inspect.signature(of_moto)

    def query(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = arguments_of.bind(self, *args, **kwargs).arguments
        index, conditions = asked.get("index_name"), asked.get("hash_key_conditions")
        if index is None:
            shelf = self.items.get(asked["hash_key"], {}) if self.range_key_attr else self.items
            found = list(shelf.values())
        elif conditions:
            name, wanted = conditions[0]
            found = [
                item
                for item in _items_of(self)
                if (value := item.attrs.get(name)) is not None and value.value == wanted.value
            ]
        else:
            return of_moto(self, *args, **kwargs)
        view = copy.copy(self)
        # moto sorts all of the table first; those found are enough.
        view.all_items = lambda: sorted(
            found, key=lambda item: (item.hash_key, item.range_key or item.hash_key)
        )
        return of_moto(view, *args, **kwargs)

    query.lightened = True  # type: ignore[attr-defined]
    Table.query = query  # type: ignore[method-assign]


def _items_of(table: Any) -> Iterable[Any]:
    if table.range_key_attr is None:
        return table.items.values()
    return (item for shelf in table.items.values() for item in shelf.values())


def _key_of(action: dict[str, Any]) -> dict[str, Any]:
    (operation,) = action.values()
    return dict(operation.get("Key") or operation.get("Item") or {})


class _LightCopy:
    """Stands in for the module `copy` where moto asks for copies of tables and items."""

    def __init__(self, table_class: type[Any]) -> None:
        self.table_class = table_class
        self.touched: list[dict[str, Any]] = []
        self.copy = copy.copy

    def deepcopy(self, thing: Any) -> Any:
        """Copy a table so that it can be put back; anything else in depth."""
        if type(thing) is not self.table_class:
            return copy.deepcopy(thing)
        kept = copy.copy(thing)
        if kept.range_key_attr is None:
            kept.items = defaultdict(dict, thing.items)
        else:
            kept.items = defaultdict(dict, ((key, dict(items)) for key, items in thing.items.items()))
        for key in self.touched:
            self._keep_item(kept, key)
        if thing.stream_shard is not None:
            kept.stream_shard = copy.copy(thing.stream_shard)
            kept.stream_shard.items = list(thing.stream_shard.items)
        return kept

    def _keep_item(self, kept: Any, key: dict[str, Any]) -> None:
        from moto.dynamodb.models.dynamo_type import DynamoType

        names = [name for name in (kept.hash_key_attr, kept.range_key_attr) if name]
        if any(name not in key for name in names):
            return  # of another table of the transaction
        hash_key = DynamoType(key[names[0]])
        if hash_key not in kept.items:
            return
        if len(names) == 1:
            kept.items[hash_key] = copy.deepcopy(kept.items[hash_key])
        elif (range_key := DynamoType(key[names[1]])) in kept.items[hash_key]:
            kept.items[hash_key][range_key] = copy.deepcopy(kept.items[hash_key][range_key])
