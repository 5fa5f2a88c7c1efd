//! The growth as pictures, in SVG: panels of two logarithmic axes, each with a line of linear growth.

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Growth;
use super::series::Series;
use crate::bench::figures::grouped;

const WIDTH: u32 = 560;
const HEIGHT: u32 = 400;
const INK: RGBColor = RGBColor(35, 47, 62);
const PALE: RGBColor = RGBColor(110, 120, 130);
const FRAME: RGBColor = RGBColor(213, 219, 219);
const COLORS: [RGBColor; 4] = [
    RGBColor(31, 119, 180),
    RGBColor(214, 110, 14),
    RGBColor(44, 140, 44),
    RGBColor(148, 103, 189),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Something that grows, and the functions that were measured with it.
struct Panel<'a> {
    title: &'static str,
    /// What the axis counts.
    what: &'static str,
    series: &'a [Series],
}

/// Against the lines of an order.
///
/// # Errors
/// Those of the drawing library.
pub fn lines(growth: &Growth) -> Result<String> {
    draw(
        1,
        &[Panel {
            title: "One order, by its lines",
            what: "lines of the order",
            series: &growth.lines,
        }],
    )
}

/// Against what there is from before.
///
/// # Errors
/// Those of the drawing library.
pub fn history(growth: &Growth) -> Result<String> {
    draw(
        2,
        &[
            Panel {
                title: "Finished orders in the table",
                what: "orders",
                series: &growth.orders,
            },
            Panel {
                title: "Open reviews in the table",
                what: "open reviews",
                series: &growth.reviews,
            },
            Panel {
                title: "Contacts in Odoo",
                what: "contacts",
                series: &growth.partners,
            },
            Panel {
                title: "Products in Odoo",
                what: "products",
                series: &growth.products,
            },
        ],
    )
}

/// Draws panels, so many beside each other.
fn draw(columns: usize, panels: &[Panel<'_>]) -> Result<String> {
    let rows = panels.len().div_ceil(columns);
    let size = (WIDTH * u32::try_from(columns)?, HEIGHT * u32::try_from(rows)?);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE).map_err(wrong)?;
        for (area, panel) in root.split_evenly((rows, columns)).iter().zip(panels) {
            panel.draw(area)?;
        }
        root.present().map_err(wrong)?;
    }
    Ok(svg)
}

impl Panel<'_> {
    fn draw(&self, area: &Area<'_>) -> Result<()> {
        let (sizes, times): (Vec<f64>, Vec<f64>) = self.series.iter().flat_map(points).unzip();
        let (Some(sizes), Some(times)) = (decades(&sizes), decades(&times)) else {
            return Ok(());
        };
        // Above all curves there is a decade for their names.
        let times = times.start..times.end * 10.0;
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 17).into_font().color(&INK))
            .margin(12)
            .margin_right(34)
            .x_label_area_size(42)
            .y_label_area_size(62)
            .build_cartesian_2d(sizes.clone().log_scale(), times.clone().log_scale())
            .map_err(wrong)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(FRAME)
            .axis_style(FRAME)
            .x_desc(self.what)
            .y_desc("milliseconds, median")
            .x_label_formatter(&|size| label(*size))
            .y_label_formatter(&|ms| label(*ms))
            .label_style(("sans-serif", 12).into_font().color(&PALE))
            .axis_desc_style(("sans-serif", 13).into_font().color(&INK))
            .draw()
            .map_err(wrong)?;
        let linear = linear(&sizes, &times);
        chart
            .draw_series(DashedLineSeries::new(linear, 6, 4, PALE.stroke_width(1)))
            .map_err(wrong)?
            .label("linear")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 16, y)], PALE.stroke_width(1)));
        for (series, color) in self.series.iter().zip(COLORS.iter().cycle()) {
            let points: Vec<(f64, f64)> = points(series).collect();
            let dots = points.iter().map(|point| Circle::new(*point, 3, color.filled()));
            chart.draw_series(dots).map_err(wrong)?;
            chart
                .draw_series(LineSeries::new(points, color.stroke_width(2)))
                .map_err(wrong)?
                .label(series.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(3)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .label_font(("sans-serif", 12).into_font().color(&INK))
            .draw()
            .map_err(wrong)
    }
}

/// The points of a series that a logarithmic axis has: sizes above 0, with milliseconds.
fn points(series: &Series) -> impl Iterator<Item = (f64, f64)> {
    let there = series.points.iter().filter(|point| point.size > 0);
    there.map(|point| (point.size as f64, point.measured.median_us.max(1) as f64 / 1000.0))
}

/// The powers of ten around values, one of them at least; nothing around none.
fn decades(values: &[f64]) -> Option<Range<f64>> {
    let least = values.iter().copied().reduce(f64::min)?;
    let most = values.iter().copied().reduce(f64::max)?;
    let from = least.log10().floor();
    let to = most.log10().ceil().max(from + 1.0);
    Some(10f64.powf(from)..10f64.powf(to))
}

/// Two ends of a line of linear growth, from the lower left corner to where it leaves the panel.
fn linear(sizes: &Range<f64>, times: &Range<f64>) -> [(f64, f64); 2] {
    let factor = (sizes.end / sizes.start).min(times.end / times.start);
    [
        (sizes.start, times.start),
        (sizes.start * factor, times.start * factor),
    ]
}

/// A label of an axis: `0.1`, `100`, `100,000`.
fn label(value: f64) -> String {
    if value < 1.0 {
        return format!("{value}");
    }
    // A whole decade, and not a large one.
    grouped(value.round() as u64)
}

fn wrong(error: impl std::error::Error) -> anyhow::Error {
    anyhow!("drawing: {error}")
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::series;
    use super::*;

    #[test]
    fn a_picture_has_axes_names_and_a_line_of_linear_growth() {
        let series = [series(
            "order-writer",
            &[(1, 400_000), (10, 700_000), (500, 9_000_000)],
        )];
        let panel = Panel {
            title: "One order",
            what: "lines",
            series: &series,
        };
        let svg = draw(1, &[panel]).unwrap();
        for there in [
            "One order",
            "lines",
            "milliseconds, median",
            "order-writer",
            "linear",
            "10,000",
        ] {
            assert!(svg.contains(there), "{there:?} is not in {svg}");
        }
    }

    #[test]
    fn axes_are_whole_decades() {
        assert_eq!(decades(&[3.0, 42.0]), Some(1.0..100.0));
        assert_eq!(decades(&[10.0, 100_000.0]), Some(10.0..100_000.0));
        assert_eq!(decades(&[0.4]), Some(0.1..1.0));
        assert_eq!(decades(&[]), None);
    }

    #[test]
    fn the_line_of_linear_growth_ends_at_the_edge() {
        assert_eq!(
            linear(&(1.0..1000.0), &(1.0..100.0)),
            [(1.0, 1.0), (100.0, 100.0)]
        );
        assert_eq!(
            linear(&(10.0..100.0), &(0.1..1000.0)),
            [(10.0, 0.1), (100.0, 1.0)]
        );
    }

    #[test]
    fn labels_can_be_read() {
        assert_eq!(
            [0.1, 10.0, 1_000.0, 100_000.0].map(label),
            ["0.1", "10", "1,000", "100,000"]
        );
    }
}
