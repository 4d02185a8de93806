"""`doctor` finds a well home well, asks nobody if it is offline, and changes nothing."""

from tests.commands.doctor.patient import NOW, Patient, wrong


def test_all_is_well(patient: Patient) -> None:
    """Every part is looked at, and none complained of; a person is told the same."""
    findings = patient.findings()
    assert not wrong(findings), findings
    areas = {finding["area"] for finding in findings if finding["level"] == "ok"}
    assert areas >= {
        *("configuration", "secrets", "Home Assistant", "clock", "time zone", "recorder"),
        *("sensor power", "sensor voltage", "sensor energy", "data", "files", "dashboard"),
        *("schedule", "step collect", "step rotate", "step publish", "step sync yearly"),
        *("GitHub", "GitHub Pages"),
    }
    result = patient.stage.installation.run("doctor", at=NOW)
    assert (result.exit_code, result.err) == (0, "")
    assert "all is well" in result.out
    assert patient.github.token not in result.out


def test_offline_asks_nobody(patient: Patient) -> None:
    """Home Assistant and GitHub are skipped, and get no request."""
    asked, exchanged = len(patient.stage.server.requests), len(patient.github.log)
    findings = patient.findings(NOW, "--offline")
    assert not wrong(findings)
    skipped = [finding["area"] for finding in findings if finding["level"] == "skipped"]
    assert {"Home Assistant", "GitHub"} <= set(skipped)
    assert (len(patient.stage.server.requests), len(patient.github.log)) == (asked, exchanged)


def test_nothing_is_changed(patient: Patient) -> None:
    """Looking leaves the files, the state and the repository as they are."""
    before = {path: path.read_bytes() for path in patient.data.rglob("*") if path.is_file()}
    repository = patient.github.repositories[0]
    heads = {branch: repository.head(branch) for branch in repository.branches()}
    patient.findings()
    after = {path: path.read_bytes() for path in patient.data.rglob("*") if path.is_file()}
    assert before == after
    assert heads == {branch: repository.head(branch) for branch in repository.branches()}
