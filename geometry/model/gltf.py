"""Writing a massing as glTF 2.0: metres, Y upwards, the ground at 0, the plot's centre at the origin, the road towards +Z."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geometry.massing.building import Massing
from geometry.massing.margins import polygons
from geometry.massing.solids import Solids, load_trimesh, measured
from geometry.model.materials import material
from geometry.model.scene import GROUPS, Node, nodes_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from trimesh import Scene

GENERATOR = "Prompt Runner"
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
LINES = 1
EDGE = {"name": "edge", "pbrMetallicRoughness": {"baseColorFactor": [0.0648, 0.0545, 0.0452, 1.0], "metallicFactor": 0.0, "roughnessFactor": 1.0}}
"""Edges are lines, to which trimesh gives a material of its own."""


def model_glb(massing: Massing, about: Mapping[str, Any] | None = None) -> bytes:
    """Return a massing as GLB, the same bytes for the same massing.

    Args:
        massing: the massing.
        about: what the scene's `extras` say of the case besides the figures.
    """
    load_trimesh()
    from trimesh.exchange.gltf import export_glb  # noqa: PLC0415

    return bytes(export_glb(_scene(massing, about or {}), include_normals=False, tree_postprocessor=_finish))


def model_gltf(massing: Massing, about: Mapping[str, Any] | None = None) -> bytes:
    """Return a massing as one glTF file in JSON, its buffer embedded."""
    load_trimesh()
    from trimesh.exchange.gltf import export_gltf  # noqa: PLC0415

    files = export_gltf(_scene(massing, about or {}), include_normals=False, merge_buffers=True, embed_buffers=True)
    tree = json.loads(files["model.gltf"])
    _finish(tree)
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False).encode()


def _scene(massing: Massing, about: Mapping[str, Any]) -> Scene:
    return _Writer(massing, about).scene


class _Writer:
    """A scene in the making; equal meshes are put into it once."""

    def __init__(self, massing: Massing, about: Mapping[str, Any]) -> None:
        load_trimesh()
        from trimesh import Scene  # noqa: PLC0415

        self.solids = Solids()
        self.centre = massing.plot.centre
        self.scene = Scene()
        self.scene.metadata = {
            **about,
            "units": "metres; Y upwards, the ground at 0, the plot's centre at the origin, the road towards +Z",
            "figures": measured(massing, self.solids),
            "cannot_fit": list(massing.cannot_fit),
            "notes": list(massing.notes),
        }
        self._names: dict[tuple[Any, ...], str] = {}
        nodes = list(nodes_of(massing, self.solids))
        for group in GROUPS:
            if any(node.group == group for node in nodes):
                self.scene.graph.update(frame_to=group, frame_from=self.scene.graph.base_frame)
        for node in nodes:
            self.scene.graph.update(frame_to=node.name, frame_from=node.group, geometry=self._mesh(node), matrix=self._matrix(node), metadata=node.extras)
            if node.outlined:
                self.scene.graph.update(frame_to=f"{node.name}-edge", frame_from=node.name, geometry=self._edge(node.plan))

    def _mesh(self, node: Node) -> str:
        """Put a node's mesh into the scene, once for equal ones, and return its name."""
        load_trimesh()
        from trimesh import Trimesh  # noqa: PLC0415
        from trimesh.visual import TextureVisuals  # noqa: PLC0415

        height = round(node.top_m - node.bottom_m, 6)
        key = ("mesh", node.plan.wkb, height, node.material)
        if key not in self._names:
            self._names[key] = f"mesh-{len(self._names) + 1:02}"
            solid = self.solids.over(node.plan, height)
            mesh = Trimesh(self._turned(solid.vertices), solid.faces, process=False)
            mesh.visual = TextureVisuals(material=material(node.material))
            self.scene.geometry[self._names[key]] = mesh
        return self._names[key]

    def _edge(self, plan: BaseGeometry) -> str:
        """Put the outline of a floor into the scene, once for equal ones, and return its name: without it storeys would not be told apart."""
        import numpy as np  # noqa: PLC0415

        load_trimesh()
        from trimesh.path import Path3D  # noqa: PLC0415
        from trimesh.path.entities import Line  # noqa: PLC0415

        key = ("edge", plan.wkb)
        if key not in self._names:
            self._names[key] = f"edge-{len(self._names) + 1:02}"
            points: list[tuple[float, float, float]] = []
            entities = []
            for part in polygons(plan):
                for ring in (part.exterior, *part.interiors):
                    entities.append(Line(range(len(points), len(points) + len(ring.coords))))
                    points += [(x, y, 0.0) for x, y in ring.coords]
            self.scene.geometry[self._names[key]] = Path3D(entities=entities, vertices=self._turned(np.array(points)), process=False)
        return self._names[key]

    def _matrix(self, node: Node) -> Any:
        """Return how a node is raised and, about its own middle, grown."""
        import numpy as np  # noqa: PLC0415

        matrix = np.eye(4)
        matrix[1, 3] = round(node.bottom_m, 6)
        if node.grown_m:
            left, front, right, rear = node.plan.bounds
            middle = ((left + right) / 2 - self.centre[0], self.centre[1] - (front + rear) / 2)
            for axis, size, centre in ((0, right - left, middle[0]), (1, node.top_m - node.bottom_m, None), (2, rear - front, middle[1])):
                # What is thinner than that would be turned inside out.
                by = max(node.grown_m, -size / 4)
                matrix[axis, axis] = round(1 + 2 * by / size, 9)
                matrix[axis, 3] += -by if centre is None else round(centre * (1 - matrix[axis, axis]), 9)
        return matrix

    def _turned(self, vertices: Any) -> Any:
        """Return vertices of the plan (x, y, upwards) as the model has them (x, upwards, towards the road)."""
        import numpy as np  # noqa: PLC0415

        return np.column_stack([vertices[:, 0] - self.centre[0], vertices[:, 2], self.centre[1] - vertices[:, 1]])


def _finish(tree: dict[str, Any]) -> None:
    """Bring the tree into its final form: our name, the edges' material, what each buffer view is for, plain translations and scales."""
    tree["asset"]["generator"] = GENERATOR
    for mesh in tree["meshes"]:
        if not mesh.get("extras", True):
            del mesh["extras"]
        for primitive in mesh["primitives"]:
            if primitive["mode"] == LINES:
                tree["materials"][primitive["material"]] = EDGE
            else:
                _target(tree, primitive["indices"], ELEMENT_ARRAY_BUFFER)
            _target(tree, primitive["attributes"]["POSITION"], ARRAY_BUFFER)
    for node in tree["nodes"]:
        if "matrix" in node:
            matrix = node.pop("matrix")
            if any(matrix[12:15]):
                node["translation"] = matrix[12:15]
            if (matrix[0], matrix[5], matrix[10]) != (1, 1, 1):
                node["scale"] = [matrix[0], matrix[5], matrix[10]]


def _target(tree: dict[str, Any], accessor: int, target: int) -> None:
    tree["bufferViews"][tree["accessors"][accessor]["bufferView"]]["target"] = target
