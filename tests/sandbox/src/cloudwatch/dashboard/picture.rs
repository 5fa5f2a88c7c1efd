//! The drawing itself, in SVG: a box for each widget, on the grid of the body.

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Span;
use super::legend::{color, legend};
use super::scale::{ceiling, short, strokes};
use super::widgets::{Content, Filled, Line};
use crate::cloudwatch::{Millis, State};

/// A unit of the grid, and the space between two boxes.
const COLUMN: i32 = 56;
const ROW: i32 = 38;
const GAP: i32 = 6;
const HEAD: i32 = 34;
pub(super) const INK: RGBColor = RGBColor(35, 47, 62);
const PALE: RGBColor = RGBColor(110, 120, 130);
const FRAME: RGBColor = RGBColor(213, 219, 219);
const BACK: RGBColor = RGBColor(248, 249, 250);
const GOOD: RGBColor = RGBColor(29, 129, 2);
const BAD: RGBColor = RGBColor(209, 50, 18);

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws filled widgets.
///
/// # Errors
/// Those of the drawing library.
pub(super) fn draw(widgets: &[Filled], span: Span) -> Result<String> {
    let wide = widgets
        .iter()
        .map(|widget| widget.x + widget.width)
        .max()
        .unwrap_or(0);
    let high = widgets
        .iter()
        .map(|widget| widget.y + widget.height)
        .max()
        .unwrap_or(0);
    let size = (
        u32::try_from(wide * COLUMN + GAP)?,
        u32::try_from(high * ROW + GAP)?,
    );
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&BACK).map_err(wrong)?;
        for widget in widgets {
            let place = (widget.x * COLUMN + GAP, widget.y * ROW + GAP);
            let area = root
                .clone()
                .shrink(place, (widget.width * COLUMN - GAP, widget.height * ROW - GAP));
            match &widget.content {
                Content::Heading => write(&area, &widget.title, (2, 8), 18, &INK, HPos::Left)?,
                Content::Curves(lines) => curves(&framed(&area, &widget.title)?, lines, span)?,
                Content::Numbers(numbers) => all_numbers(&framed(&area, &widget.title)?, numbers)?,
                Content::Alarms(alarms) => all_alarms(&framed(&area, &widget.title)?, alarms)?,
            }
        }
        root.present().map_err(wrong)?;
    }
    Ok(svg)
}

/// A box with its title; what is left below it.
fn framed<'a>(area: &Area<'a>, title: &str) -> Result<Area<'a>> {
    let (width, height) = size(area);
    let corners = [(0, 0), (width - 1, height - 1)];
    area.draw(&Rectangle::new(corners, WHITE.filled()))
        .map_err(wrong)?;
    area.draw(&Rectangle::new(corners, FRAME.stroke_width(1)))
        .map_err(wrong)?;
    write(area, title, (10, 9), 14, &INK, HPos::Left)?;
    Ok(area.clone().shrink((8, HEAD - 4), (width - 16, height - HEAD)))
}

fn all_numbers(area: &Area<'_>, numbers: &[(String, Option<f64>)]) -> Result<()> {
    let (width, height) = size(area);
    let share = width / i32::try_from(numbers.len().max(1))?;
    for (place, (label, value)) in (0..).zip(numbers) {
        let middle = place * share + share / 2;
        let value = value.map_or_else(|| "–".to_owned(), short);
        write(area, &value, (middle, height / 2 - 34), 40, &INK, HPos::Center)?;
        write(area, label, (middle, height / 2 + 16), 13, &PALE, HPos::Center)?;
    }
    Ok(())
}

fn all_alarms(area: &Area<'_>, alarms: &[(String, Option<State>)]) -> Result<()> {
    let (width, height) = size(area);
    let rows = i32::try_from(alarms.len().div_ceil(2).max(1))?;
    for (place, (name, state)) in (0..).zip(alarms) {
        let (x, y) = (place / rows * (width / 2) + 4, place % rows * (height / rows) + 4);
        let (color, says) = match state {
            Some(State::Ok) => (GOOD, "OK"),
            Some(State::Alarm) => (BAD, "ALARM"),
            Some(State::InsufficientData) | None => (PALE, "no data"),
        };
        area.draw(&Circle::new((x + 6, y + 7), 6, color.filled()))
            .map_err(wrong)?;
        write(
            area,
            &format!("{name}: {says}"),
            (x + 20, y),
            13,
            &INK,
            HPos::Left,
        )?;
    }
    Ok(())
}

fn curves(area: &Area<'_>, lines: &[Line], span: Span) -> Result<()> {
    let (width, height) = size(area);
    let legend = legend(area, lines)?;
    let chart = area.clone().shrink((0, 0), (width, height - legend));
    let top = ceiling(lines);
    let whole = lines
        .iter()
        .flat_map(|line| line.points.iter().flatten())
        .all(|value| value.fract() == 0.0);
    let axis: Range<f64> = 0.0..top;
    let mut chart = ChartBuilder::on(&chart)
        .x_label_area_size(20)
        .y_label_area_size(36)
        .margin_right(10)
        .margin_top(4)
        .build_cartesian_2d(span.from as f64..span.to() as f64, axis)
        .map_err(wrong)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FRAME)
        .axis_style(FRAME)
        .x_labels(5)
        .y_labels(5)
        .x_label_formatter(&|at| clock(*at as Millis))
        .y_label_formatter(&|value| {
            if whole && value.fract() != 0.0 {
                String::new()
            } else {
                short(*value)
            }
        })
        .label_style(("sans-serif", 11).into_font().color(&PALE))
        .draw()
        .map_err(wrong)?;
    for (place, line) in lines.iter().enumerate() {
        let color = color(line, place);
        for stroke in strokes(&line.points) {
            let points: Vec<(f64, f64)> = stroke
                .iter()
                .map(|(step, value)| (span.end_of(*step) as f64, *value))
                .collect();
            if let [point] = points[..] {
                chart
                    .draw_series([Circle::new(point, 3, color.filled())])
                    .map_err(wrong)?;
            }
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))
                .map_err(wrong)?;
        }
    }
    if lines.iter().all(|line| line.points.iter().all(Option::is_none)) {
        write(
            area,
            "no data in this time",
            (width / 2 + 18, (height - legend) / 2 - 16),
            13,
            &PALE,
            HPos::Center,
        )?;
    }
    Ok(())
}

/// The time of day, in UTC.
fn clock(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%H:%M").to_string())
}

pub(super) fn write(
    area: &Area<'_>,
    text: &str,
    place: (i32, i32),
    size: i32,
    color: &RGBColor,
    side: HPos,
) -> Result<()> {
    let style = ("sans-serif", size)
        .into_font()
        .color(color)
        .pos(Pos::new(side, VPos::Top));
    area.draw(&Text::new(text.to_owned(), place, style))
        .map_err(wrong)
}

pub(super) fn size(area: &Area<'_>) -> (i32, i32) {
    let (width, height) = area.dim_in_pixel();
    (width.cast_signed(), height.cast_signed())
}

pub(super) fn wrong(error: impl std::error::Error) -> anyhow::Error {
    anyhow!("drawing: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_shows_titles_curves_and_numbers() {
        let widget = |y, content| Filled {
            x: 0,
            y,
            width: 12,
            height: 6,
            title: "Orders & money".to_owned(),
            content,
        };
        let line = Line {
            label: "received".to_owned(),
            color: Some("#123456".to_owned()),
            points: vec![Some(1.0), Some(4.0)],
        };
        let widgets = [
            widget(0, Content::Curves(vec![line])),
            widget(
                6,
                Content::Numbers(vec![("waiting".to_owned(), Some(7.0)), ("age".to_owned(), None)]),
            ),
            widget(
                12,
                Content::Alarms(vec![("Reviews open".to_owned(), Some(State::Alarm))]),
            ),
            widget(18, Content::Curves(Vec::new())),
        ];
        let svg = draw(
            &widgets,
            Span {
                from: 0,
                step: 60_000,
                steps: 2,
            },
        )
        .unwrap();
        for there in [
            "Orders &amp; money",
            "received",
            "#123456",
            "\n7\n",
            "Reviews open: ALARM",
            "no data in this time",
            "00:01",
        ] {
            assert!(svg.contains(there), "{there:?} is not in {svg}");
        }
    }
}
