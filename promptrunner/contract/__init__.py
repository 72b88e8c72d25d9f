"""The frozen integration surfaces: thin translations between what installed clients send and the one pipeline."""
