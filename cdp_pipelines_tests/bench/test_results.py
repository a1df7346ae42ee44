"""The bench's arithmetic: medians, ratios, targets, and the page they end up on."""

import sys

import pytest

from cdp_pipelines_tests.bench import commands, results
from cdp_pipelines_tests.bench.commands import BenchError, Cost, timed
from cdp_pipelines_tests.bench.markdown import page
from cdp_pipelines_tests.bench.results import COPY_OF, IMPORTS, Results, targets


def measured(sizes: list[int], seconds: float = 4.0) -> Results:
    found = Results()
    for size in sizes:
        for work in IMPORTS:
            found.add(size, COPY_OF[work], size, size * 200, Cost(2.0 * size / 1e6, 2.0 * size / 1e6, 0.1, 0))
            for spread in (0.5, 1, 3):
                whole = seconds * spread * size / 1e6
                found.add(size, work, size, size * 200, Cost(whole, whole / 2, whole, 300))
    found.startup["--version"] = [Cost(0.2, 0.2, 0.2, 30)]
    return found


def test_ratios_are_of_medians_to_the_copy_of_the_same_bytes():
    found = measured([1_000_000])
    assert found.ratio(1_000_000, "nightly") == 2.0
    assert found.ratio(1_000_000, "nightly", inside=True) == 1.0


def test_targets_hold_up_to_their_limit_and_not_beyond():
    at_the_limit = {target.name: target.holds for target in targets(measured([1_000_000], seconds=7.0))}
    assert at_the_limit["nightly, whole process"]
    assert not at_the_limit["nothing changed, whole process"]


def test_peak_memory_is_the_worst_run():
    found = measured([1_000_000])
    found.add(1_000_000, "nightly", 1, 1, Cost(1, 1, 1, 513))
    assert not next(target for target in targets(found) if "memory" in target.name).holds


def test_growth_compares_ten_times_as_many_lines_and_known_orders():
    found = measured([100_000, 1_000_000])
    found.add(100_000, "nightly, 10x the known orders", 1, 1, Cost(9, 9, 9, 9))
    growth = {target.name: target.measured for target in results.growth(found)}
    assert growth["nightly, 1,000,000 lines against 100,000"] == pytest.approx(10)
    assert growth["nightly of 100,000 lines, 1,000,000 known against 100,000"] == pytest.approx(9 / 0.2)


def test_small_sizes_judge_no_speed_target():
    assert not any("COPY" in target.unit or "MB" in target.unit for target in targets(measured([1_000])))


def test_the_page_shows_every_figure_and_no_place_of_this_machine():
    text = page(measured([100_000, 1_000_000]), 3, 0.25, "18.6", None)
    assert "| nightly | 4.00 (2.00-12.00) | 2.00 | 2.00 | 1.00 | 250,000 | 4.0 | 300 |" in text
    assert "| nightly, whole process | 3.5 x COPY | 2.00 | yes |" in text
    assert sys.prefix not in text


def test_a_command_is_timed_with_its_own_peak_memory_and_not_its_starters():
    ballast = bytearray(300_000_000)
    cost, output = timed([sys.executable, "-c", "print(len(bytearray(40_000_000)))"], {})
    assert output == "40000000\n"
    assert 40 < cost["peak_mb"] < len(ballast) / 1e6
    assert 0 < cost["seconds"] < 10


def test_a_failing_command_is_no_measurement():
    with pytest.raises(BenchError, match="ended with 7: why"):
        timed([sys.executable, "-c", "import sys; sys.exit(print('why', file=sys.stderr) or 7)"], {})


def test_the_environment_reaches_the_command():
    _, output = timed([sys.executable, "-c", "import os; print(os.environ['CDP_HOME'])"], {"CDP_HOME": "here"})
    assert output == "here\n"


def test_imports_are_run_by_the_installed_command():
    assert commands.CDP.endswith("cdp-pipelines")
