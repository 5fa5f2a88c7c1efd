//! The stack's dashboard as a picture: drawn from the body that goes to AWS and from the metrics of a running stack.

mod body;
mod command;
mod expression;
mod legend;
mod picture;
mod play;
mod scale;
mod widgets;

pub use command::{Options, dashboard};

use anyhow::Result;

use super::{Alarm, Metrics, Millis};
use body::Widget;

/// The time a picture shows, in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Millis,
    /// Length of a step: it stands for the periods the body names, which are made for days.
    pub step: Millis,
    /// How many there are.
    pub steps: usize,
}

impl Span {
    /// Where a step ends.
    pub fn end_of(self, step: usize) -> Millis {
        self.from
            + (Millis::try_from(step).unwrap_or(Millis::MAX).saturating_add(1)).saturating_mul(self.step)
    }

    /// Where it ends.
    pub fn to(self) -> Millis {
        self.end_of(self.steps.saturating_sub(1))
    }
}

/// Draws a dashboard's body as SVG.
///
/// # Errors
/// When the body is not understood: a widget or an expression of another kind.
pub fn draw(body: &str, metrics: &Metrics, alarms: &[Alarm], span: Span) -> Result<String> {
    let widgets = Widget::all(body)?;
    let drawn = widgets
        .iter()
        .map(|widget| widgets::fill(widget, metrics, alarms, span));
    picture::draw(&drawn.collect::<Result<Vec<_>>>()?, span)
}
