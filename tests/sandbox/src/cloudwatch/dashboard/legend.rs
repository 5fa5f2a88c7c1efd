//! The foot of a graph: which color is which curve.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::picture::{Area, INK, size, write, wrong};
use super::widgets::Line;

const ROW: i32 = 15;
/// About how wide a letter is.
const LETTER: i32 = 6;
const COLORS: [RGBColor; 10] = [
    RGBColor(31, 119, 180),
    RGBColor(255, 127, 14),
    RGBColor(44, 160, 44),
    RGBColor(214, 39, 40),
    RGBColor(148, 103, 189),
    RGBColor(140, 86, 75),
    RGBColor(227, 119, 194),
    RGBColor(127, 127, 127),
    RGBColor(188, 189, 34),
    RGBColor(23, 190, 207),
];

/// Writes the legend at the foot; how high it is.
pub(super) fn legend(area: &Area<'_>, lines: &[Line]) -> Result<i32> {
    let (width, height) = size(area);
    let mut places = Vec::new();
    let (mut x, mut row) = (0, 0);
    for (place, line) in lines.iter().enumerate() {
        let wide = 26 + LETTER * i32::try_from(line.label.chars().count())?;
        if x > 0 && x + wide > width {
            (x, row) = (0, row + 1);
        }
        places.push((x, row, color(line, place), &line.label));
        x += wide;
    }
    let high = (row + 1) * ROW;
    for (x, row, color, label) in places {
        let y = height - high + row * ROW;
        let dash = [(x + 2, y + 7), (x + 14, y + 7)];
        area.draw(&PathElement::new(dash, color.stroke_width(3)))
            .map_err(wrong)?;
        write(area, label, (x + 18, y), 11, &INK, HPos::Left)?;
    }
    Ok(high)
}

/// The color of a curve: the one the body names, else that of its place.
pub(super) fn color(line: &Line, place: usize) -> RGBColor {
    let named = line.color.as_deref().and_then(|name| {
        let number = u32::from_str_radix(name.strip_prefix('#')?, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(RGBColor(red, green, blue))
    });
    named.unwrap_or_else(|| COLORS.iter().cycle().nth(place).copied().unwrap_or(INK))
}
