"""Values that cannot both hold are reported, never silently resolved."""

from compliance.reading import read_prompt


def _asked(prompt: str) -> set[str]:
    return {question.field for question in read_prompt(prompt).questions}


def test_a_plot_area_that_its_sides_do_not_make_is_asked_about():
    assert "plot_area_sq_m" in _asked("Pune, plot area 800 sq m, plot 30 m x 40 m, residential, 12 m road")


def test_a_plot_that_is_no_true_rectangle_is_not():
    assert "plot_area_sq_m" not in _asked("Pune, plot area 1180 sq m, plot 30 m x 40 m, residential, 12 m road")


def test_a_net_plot_larger_than_the_plot_is_asked_about():
    assert "net_plot_area_sq_m" in _asked("Pune, plot area 800 sq m, net plot area 900 sq m, residential")


def test_a_built_up_area_that_the_fsi_with_fungible_area_does_not_make_is_asked_about():
    assert "built_up_area_sq_m" in _asked("Andheri, Mumbai, net plot area 1000 sq m, FSI 2.7 including fungible, built up area 3000 sq m")
    assert "built_up_area_sq_m" not in _asked("Andheri, Mumbai, net plot area 1000 sq m, FSI 2.7 including fungible, built up area 2700 sq m")
