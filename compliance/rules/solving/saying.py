"""Changes in words."""

from __future__ import annotations

from compliance.rules.solving.trials import is_margin
from compliance.vocabulary import FIELDS

_UNITS = {"m": " m", "m2": " m²", "%": " %"}


def say_change(fields: tuple[str, ...], before: float, after: float, storeys: object = None) -> str:
    """Return what to do so that some fields, which move together, come from one value to another; `storeys` is how many the new height has.

    >>> say_change(("height_m",), 45.2, 42.0)
    'lower the building by 3.2 m (to 42 m)'
    >>> say_change(("height_m",), 27.0, 18.0, 5)
    'lower the building by 9 m (to 18 m and 5 storeys)'
    >>> say_change(("side_setback_m", "other_side_setback_m"), 4.5, 9.0)
    'widen both side margins by 4.5 m (to 9 m)'
    >>> say_change(("storeys",), 8, 7)
    'leave out 1 storey (7 remain)'
    """
    name, by, more = fields[0], _written(abs(after - before)), after > before
    field = FIELDS[name]
    unit = _UNITS.get(field.unit, "")
    to = _written(after)
    if name == "storeys":
        count = f"{by} storey" if by == "1" else f"{by} storeys"
        return f"add {count} ({to} in all)" if more else f"leave out {count} ({to} remain)"
    if name == "height_m":
        floors = f" and {storeys} storey{'' if storeys == 1 else 's'}" if storeys is not None else ""
        return f"{'raise' if more else 'lower'} the building by {by} m (to {to} m{floors})"
    if is_margin(name):
        label = "both side margins" if len(fields) > 1 else f"the {field.label}"
        return f"{'widen' if more else 'narrow'} {label} by {by} m (to {to} m)"
    if field.kind == "count":
        return f"{'provide' if more else 'leave out'} {by} {'more ' if more else ''}{field.label} ({to} in all)"
    return f"{'raise' if more else 'reduce'} the {field.label} by {by}{unit} (to {to}{unit})"


def _written(value: float) -> str:
    return f"{round(value, 6):g}"
