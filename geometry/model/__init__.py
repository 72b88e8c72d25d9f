"""The model of a massing as glTF 2.0. Pure: a massing in, bytes out."""

from geometry.model.gltf import model_glb, model_gltf

__all__ = ["model_glb", "model_gltf"]
