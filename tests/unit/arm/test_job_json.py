"""A job's tasks and property bag are shown as Azure wrote them, without secrets and bounded."""

from arm import arm_json, job_json
from restore.messages.job_details import JobTask, RestoreOutput

# As Azure's tutorial "Restore a disk" shows it.
_TUTORIAL = {
    "Config Blob Container Name": "myVM-daa1931199fd4a22ae601f46d8812276",
    "Config Blob Name": "config-myVM-1fc2d55d-f0dc-4ca6-ad48-aca0fe5d0414.json",
    "Config Blob Uri": "https://stage.blob.core.windows.net/myVM-daa1931199/config-appvm8.json",
    "Job Type": "Recover disks",
    "Recovery point time ": None,
    "Target Storage Account Name": "stage",
    "Target resource group": "rg-stage",
    "Template Blob Uri": "https://stage.blob.core.windows.net/myVM-daa1931199/azuredeploy1fc2.json",
}


def test_a_bag_is_read_by_its_names_and_the_rest_is_kept() -> None:
    assert job_json.output({"propertyBag": _TUTORIAL}) == RestoreOutput(
        resource_group="rg-stage",
        storage_account="stage",
        container="myVM-daa1931199fd4a22ae601f46d8812276",
        template_uri=_TUTORIAL["Template Blob Uri"],
        config_uri=_TUTORIAL["Config Blob Uri"],
        more={
            "Config Blob Name": "config-myVM-1fc2d55d-f0dc-4ca6-ad48-aca0fe5d0414.json",
            "Job Type": "Recover disks",
        },
    )


def test_a_url_is_told_without_what_opens_it() -> None:
    signed = "https://stage.blob.core.windows.net/c/t.json?sv=2024&sig=S3CRET"
    bag = {"Template Blob Uri": signed, "Elsewhere": f" {signed}#frag", "token=hunter2": "a"}
    bag |= {"Asked": "Why? #1", "Fragment": "HTTPS://stage.test/c#frag"}
    found = job_json.output({"propertyBag": bag})
    assert found is not None
    assert found.template_uri == "https://stage.blob.core.windows.net/c/t.json"
    assert found.more["Elsewhere"] == found.template_uri
    assert (found.more["Asked"], found.more["Fragment"]) == ("Why? #1", "HTTPS://stage.test/c")
    assert "hunter2" not in str(found)
    assert "S3CRET" not in str(found)


def test_a_bag_of_any_size_and_shape_is_bounded() -> None:
    bag: dict[str, object] = {f"{n} {'k' * 900}": "v" * 9_000 for n in range(30)}
    bag |= {"Target VM Name": ["x"], "Template Blob Uri": 7}
    found = job_json.output({"propertyBag": bag})
    assert found is not None
    assert found.target_vm is None
    assert [*found.more.items()] == [
        (f"{n} {'k' * 99}"[:59] + "…", f"{'v' * 399}…") for n in range(20)
    ]
    assert job_json.output({}) is None
    assert job_json.output({"propertyBag": None}) is None
    assert job_json.output({"propertyBag": []}) is None
    assert job_json.output({"propertyBag": {"a": None}}) is None


def test_tasks_are_read_in_their_order() -> None:
    tasks = [{"taskId": "A", "status": "completed"}, {"taskId": 7}, "x", {"status": "Odd one"}]
    assert job_json.tasks({"tasksList": tasks}) == (
        JobTask(name="A", status="Completed"),
        JobTask(name="", status=""),
        JobTask(name="", status="other: Odd one"),
    )
    assert job_json.tasks({}) == ()
    many = job_json.tasks({"tasksList": [{"taskId": "Copy " * 99}] * 21})
    assert len(many) == 20
    assert len(many[0].name) == 400


def test_a_job_has_both() -> None:
    extended = {"propertyBag": _TUTORIAL, "tasksList": [{"taskId": "A", "status": "Failed"}]}
    job = arm_json.job({"properties": {"status": "Completed", "extendedInfo": extended}}, "1")
    assert job is not None
    assert job.failed_tasks == ("A",)
    assert job.output is not None


def test_a_bag_that_says_nothing_is_no_output() -> None:
    assert job_json.output({}) is None
    bags: tuple[object, ...] = (None, [], {}, {"Target VM Name": None}, {"Target VM Name": ""})
    for bag in bags:
        assert job_json.output({"propertyBag": bag}) is None
    only = job_json.output({"propertyBag": {"Target VM Name": "web-02"}})
    assert only == RestoreOutput(target_vm="web-02", more={})
    other = job_json.output({"propertyBag": {"Something": "else"}})
    assert other == RestoreOutput(more={"Something": "else"})


def test_what_a_bag_says_twice_is_kept_twice() -> None:
    bag = {"Target VM Name": "one", "target vm name ": "two"}
    found = job_json.output({"propertyBag": bag})
    assert found is not None
    assert (found.target_vm, found.more) == ("one", {"target vm name": "two"})
