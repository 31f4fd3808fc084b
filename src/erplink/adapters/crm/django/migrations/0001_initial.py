"""Tell Django of the models, none of which has a table."""

from typing import Any, ClassVar

from django.db import migrations, models

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False))


def _model(name: str, permissions: tuple[str, ...], **options: Any) -> migrations.CreateModel:
    told = {"managed": False, "default_permissions": permissions, **options}
    return migrations.CreateModel(name, [_ID], told)


class Migration(migrations.Migration):
    """The first and only one."""

    initial = True
    dependencies: ClassVar[list[Any]] = []
    operations: ClassVar[list[Any]] = [
        _model("Connection", ("view", "change")),
        _model("Question", ("view", "change")),
        _model("HistoryEntry", ("view",), verbose_name_plural="history"),
    ]
