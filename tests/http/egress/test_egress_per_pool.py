"""Egress is a member of the pool's definition: of two pools side by side, only one has it."""

import json

from support import neighbour
from support.egress import needs_neighbour, probe
from support.emulator import Session

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"


@needs_neighbour
def test_one_pool_has_egress_and_the_other_has_none(tmp_path, next_to_neighbour, emulator_factory):
    pools = [{"name": "open", "networkStatus": "EgressEnabled"}, {"name": "shut"}]
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"pools": pools}))
    server = emulator_factory("--config", str(config), before=next_to_neighbour)
    outcomes = {
        pool["name"]: probe(
            Session(f"{server.http}{GROUP}/sessionPools/{pool['name']}", "looks-outside"),
            (neighbour.ADDRESS, neighbour.PORT),
        )
        for pool in pools
    }
    assert outcomes["open"] == ["answered"]
    assert outcomes["shut"] != ["answered"]
