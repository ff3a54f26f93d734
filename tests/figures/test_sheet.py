import pytest

from vinarch.figures.sheet import Box, Heading, Sheet, text_mm, wrapped


def test_axes_stand_where_the_box_says():
    sheet = Sheet.new(100, 50)
    axes = sheet.axes(Box(left=10, top=5, width=40, height=20))
    assert axes.get_position().bounds == pytest.approx((0.1, 0.5, 0.4, 0.4))
    assert tuple(sheet.figure.get_size_inches() * 25.4) == pytest.approx((100, 50))


def test_wrapped_lines_keep_every_word_and_fit():
    text = "mean validation accuracy over all epoch rows"
    lines = wrapped(text, room=20, size=7)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(text_mm(line, 7) <= 20 for line in lines)


def test_word_that_is_too_wide_is_split_without_loss():
    word = "an_experiment_with_a_name_of_its_own" * 3
    lines = wrapped(word, room=20, size=7)
    assert "".join(lines) == word
    assert all(text_mm(line, 7) <= 20 for line in lines)


def test_long_experiment_makes_the_heading_taller():
    short = Heading.fitted("Title", "experiment", 85)
    long = Heading.fitted("Title", "experiment " * 12, 85)
    assert len(short.below) == 1
    assert len(long.below) == 2
    assert long.height > short.height


def test_dollar_signs_are_no_mathematics():
    text = Sheet.new(85, 20).text(1, 1, "$x$ and $")
    assert not text.get_parse_math()
    assert text_mm("$x$", 7) > text_mm("x", 7)
