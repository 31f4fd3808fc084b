"""Assembly: from what a host says of its models to kinds that can be read and written."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve, frozen
from django.db import models

from erplink.adapters.crm.django.columns import Column, ListItems, column_of, expression_of
from erplink.adapters.crm.django.kinds import DjangoField, DjangoKind, DjangoValues
from erplink.adapters.crm.triggers import ChangeTable, Watched
from erplink.adapters.erp.sql.codecs import ListCodec, TextCodec
from erplink.adapters.erp.sql.keys import join_key, part_text, part_value, split_key
from erplink.connectors import Kind
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue, InputError

__all__ = ["ModelKind", "Several", "assemble"]


@frozen(eq=False)
class Several:
    """Where the values of a field with several texts stand."""

    field: Field
    model: type[models.Model]
    #: The foreign key in that model, and the field with a text.
    parent: "models.ForeignKey[Any, Any]"
    value: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The key of the field."""
        return self.field.key


@frozen(eq=False, kw_only=True)
class ModelKind:
    """One kind, ready for use."""

    said: DjangoKind
    columns: tuple[Column, ...]
    several: tuple[Several, ...]
    key: Column
    makes_keys: bool
    mark: Column | None
    version: Column | None
    stone: Column | None
    parent: Column | None
    request: Column | None
    natural_key: tuple[str, ...]
    changes: ChangeTable | None

    @property
    def name(self) -> str:
        """The name of the kind."""
        return self.said.name

    @property
    def model(self) -> type[models.Model]:
        """The model."""
        return self.said.model

    @property
    def fields(self) -> dict[str, Field]:
        """All fields by key, in the order in which the host named them."""
        known = {column.key: column.field for column in self.columns}
        known |= {several.key: several.field for several in self.several}
        return {name: known[name] for name in self.said.fields}

    @property
    def kind(self) -> Kind:
        """The kind as a session tells it."""
        title = self.said.title or str(self.model._meta.verbose_name_plural)  # noqa: SLF001 - Django's own way
        return Kind(
            self.name,
            list(self.fields.values()),
            searchable=list(self.fields),
            parent=self.said.parent,
            title=title,
        )

    def watched(self) -> Iterable[Watched]:
        """The tables whose changes are changes of this kind."""
        if self.changes is None:
            return
        meta = self.model._meta  # noqa: SLF001 - Django's own way to ask
        yield Watched(meta.db_table, [_column_name(meta.pk)])
        tables = {each.model._meta.db_table: each for each in self.several}  # noqa: SLF001 - as above
        for table, each in tables.items():
            yield Watched(table, [_column_name(each.parent)])

    # keys ----------------------------------------------------------------------------------------

    def key_text(self, column: Column, raw: Any) -> str | None:
        """The key that a raw value is; None where it is none."""
        told = column.codec.tell(raw)
        return None if told is None or told is UNSET else join_key((part_text(told),))

    def raw_key(self, column: Column, key: str) -> Any:
        """The raw value for a key; None for a key that nothing can have."""
        parts = split_key(key)
        if parts is None or len(parts) != 1:
            return None
        value = part_value(column.field.type, parts[0])
        try:
            return None if value is None else column.codec.keep(value)
        except BadValue:
            return None

    # what is gone --------------------------------------------------------------------------------

    @property
    def alive(self) -> models.Q:
        """The condition of records that are not gone."""
        if self.stone is None:
            return models.Q()
        path, empty = self.stone.path, models.Q(**{f"{self.stone.path}__isnull": True})
        match self.stone.field.type:
            case FieldType.CHECKBOX:
                return empty | models.Q(**{path: bool(self.said.active)})
            case FieldType.INTEGER:
                gone = models.Q(**{path: 0})
                return empty | (~gone if self.said.active else gone)
            case _:
                return empty

    def is_gone(self, raw: Any) -> bool:
        """Whether a record with this value is gone."""
        if raw is None:
            return False
        return not isinstance(raw, int) or bool(raw) is not bool(self.said.active)


def assemble(kinds: Iterable[DjangoKind]) -> tuple[dict[str, ModelKind], dict[str, ListItems]]:
    """All kinds and the lists of their fields; InputError or BadName names what does not fit."""
    said = {kind.name: kind for kind in kinds}
    made = {name: _Maker(kind, said).made() for name, kind in said.items()}
    lists = {
        column.field.list_name: column.items
        for kind in made.values()
        for column in kind.columns
        if column.items is not None
    }
    return made, lists


@frozen(eq=False)
class _Maker:
    """Puts one kind together."""

    said: DjangoKind
    known: Mapping[str, DjangoKind]

    def made(self) -> ModelKind:
        said, meta = self.said, self.said.model._meta  # noqa: SLF001 - Django's own way to ask
        pk = meta.pk
        if pk is None or isinstance(pk, getattr(models, "CompositePrimaryKey", ())):
            raise InputError(f"{said.name}: the primary key is to be one field")
        own = {said.modified, said.version, said.deleted, said.active, said.request}
        columns = []
        several = []
        for name, source in said.fields.items():
            if isinstance(source, DjangoValues):
                several.append(self._several(name, source))
            else:
                columns.append(self._column(name, source, own, pk.name))
        makes_keys = isinstance(pk, models.AutoField) or pk.has_default() or not pk.editable
        return ModelKind(
            said=said,
            columns=tuple(columns),
            several=tuple(several),
            key=column_of(said.model, pk.name, pk.name, said.name),
            makes_keys=makes_keys,
            mark=self._role(said.modified),
            version=self._role(said.version),
            stone=self._role(said.deleted or said.active),
            parent=self._parent(),
            request=self._role(said.request),
            natural_key=self._natural_key(columns, pk.name, makes_keys=makes_keys),
            changes=ChangeTable(said.change_table, [(pk.column, "")])
            if said.change_table
            else None,
        )

    def _role(self, name: str) -> Column | None:
        if not name:
            return None
        self._check(name)
        return column_of(self.said.model, name, name, self.said.name)

    def _check(self, name: str) -> None:
        fields = self.said.model._meta.get_fields()  # noqa: SLF001 - Django's own way to ask
        names = [field.name for field in fields]
        if name not in names:
            raise BadName.among(f"field of {self.said.model.__name__}", name, names)

    def _column(self, name: str, source: Any, own: set[str], pk: str) -> Column:
        more = source if isinstance(source, DjangoField) else DjangoField(source)
        if not isinstance(more.source, str):
            column = expression_of(more.source, name, self.said.name)
        elif "__" in more.source:
            column = self._followed(more.source, name)
        else:
            self._check(more.source)
            column = column_of(self.said.model, more.source, name, self.said.name)
        access = column.field.access
        if self.said.read_only or more.source in own:
            access = Access.READ_ONLY
        elif more.access is not None and access is not Access.READ_ONLY:
            access = more.access
        field = evolve(
            column.field,
            label=more.label or _label(column, name),
            tooltip=more.tooltip or column.field.tooltip,
            rank=more.rank,
            access=access,
            is_key=more.source == pk and access is Access.READ_ONLY,
        )
        column = evolve(column, field=field)
        return _as_item(column, more.list_name) if more.list_name else column

    def _followed(self, path: str, name: str) -> Column:
        model: Any = self.said.model
        *steps, last = path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model  # noqa: SLF001 - Django's own way
        found = column_of(model, last, name, self.said.name)
        field = evolve(found.field, access=Access.READ_ONLY)
        return evolve(found, path=path, target=None, field=field)

    def _several(self, name: str, said: DjangoValues) -> Several:
        self._check_related(said.related)
        relation: Any = self.said.model._meta.get_field(said.related)  # noqa: SLF001 - Django's own way
        model = relation.related_model
        parent = relation.field
        value = column_of(model, said.value, name, self.said.name)
        if not relation.one_to_many or not isinstance(value.codec, TextCodec):
            raise InputError(f"{self.said.name}.{name}: several values are texts of records below")
        field = Field(
            name,
            FieldType.TEXTS,
            said.label,
            said.tooltip,
            max_length=value.field.max_length,
            access=Access.READ_ONLY if self.said.read_only else Access.NORMAL,
            rank=said.rank,
            sort=said.sort,
        )
        return Several(field, model, parent, said.value, said.order, dict(said.fixed))

    def _check_related(self, name: str) -> None:
        meta = self.said.model._meta  # noqa: SLF001 - Django's own way to ask
        names = [each.name for each in meta.related_objects]
        if name not in names:
            raise BadName.among(f"relation of {self.said.model.__name__}", name, names)

    def _parent(self) -> Column | None:
        if not self.said.parent:
            return None
        if self.said.parent not in self.known:
            reason = f"kind for the parent of {self.said.name}"
            raise BadName.among(reason, self.said.parent, self.known)
        above = self.known[self.said.parent].model
        name = self.said.parent_field or self._referring(above)
        self._check(name)
        column = column_of(self.said.model, name, name, self.said.name)
        codec = column.codec.inner if isinstance(column.codec, ListCodec) else column.codec
        pk = column_of(above, above._meta.pk.name, name, self.said.name)  # noqa: SLF001 - Django's own way
        return evolve(column, codec=codec, field=pk.field)

    def _referring(self, above: type[models.Model]) -> str:
        for field in self.said.model._meta.fields:  # noqa: SLF001 - Django's own way to ask
            if isinstance(field, models.ForeignKey) and field.related_model is above:
                return field.name
        reason = f"no field refers to {above.__name__}; name it as parent_field"
        raise InputError(f"{self.said.name}: {reason}")

    def _natural_key(
        self, columns: Iterable[Column], pk: str, *, makes_keys: bool
    ) -> tuple[str, ...]:
        by_name = {each.target.name: each for each in columns if each.target is not None}
        if self.said.natural_key is not None:
            keys = [each.key for each in columns]
            for name in self.said.natural_key:
                if name not in keys:
                    raise BadName.among(f"field of {self.said.name}", name, keys)
            return self.said.natural_key
        if not makes_keys:
            return (by_name[pk].key,) if pk in by_name else ()
        for name, column in by_name.items():
            target: Any = column.target
            tells = target.unique and not target.null and name != pk
            if tells and not column.field.why_not_writable:
                return (column.key,)
        return ()


def _as_item(column: Column, list_name: str) -> Column:
    """The same column as a reference to an item of a list."""
    if isinstance(column.codec, ListCodec):
        return evolve(column, field=evolve(column.field, list_name=list_name))
    listed = Field(
        column.key,
        FieldType.LIST,
        column.field.label,
        column.field.tooltip,
        list_name=list_name,
        access=column.field.access,
        rank=column.field.rank,
    )
    return evolve(column, field=listed, codec=ListCodec(column.codec, column.field.type))


def _label(column: Column, name: str) -> str:
    target = column.target
    told = str(target.verbose_name) if target is not None else ""
    return told[:1].upper() + told[1:] if told and told != name else ""


def _column_name(field: Any) -> str:
    return str(field.column)
