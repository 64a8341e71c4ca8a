//! Native charts: the values of the periods with the limits of their process, and funnels. Every text in them is a reference to a cell, since
//! a separate text could be treated as a formula.

use anyhow::Result;
use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartDataLabel, ChartDataLabelPosition, ChartEmptyCells, ChartErrorBars, ChartErrorBarsDirection,
    ChartErrorBarsType, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType,
    ChartRange, ChartSeries, ChartSolidFill, ChartType, Color,
};

use super::data::{Data, Placed};
use super::formats;
use super::names;
use super::tables::{BLUE, ORANGE};
use crate::render::document::{self, Axis, Figure, FunnelFigure, SeriesFigure};

/// How many rows of usual height a chart takes.
pub const ROWS: u32 = 14;
/// Its width in pixels.
pub const WIDTH: u32 = 620;
/// Its height in pixels.
const HEIGHT: u32 = 20 * ROWS;

const GREY: Color = Color::RGB(0x7F_7F_7F);
const PALE: Color = Color::RGB(0xE3_E3_E3);
const GREEN: Color = Color::RGB(0x1B_6E_3C);

/// The chart; its data are written to the data sheet.
///
/// # Errors
/// Those of the writer.
pub fn chart(chart: &document::Chart, data: &mut Data) -> Result<Chart> {
    let title = chart.title.workbook();
    let mut drawn = match &chart.figure {
        Figure::Series(figure) => series(&title, figure, data)?,
        Figure::Funnel(figure) => funnel(&title, figure, data)?,
    };
    drawn
        .set_width(WIDTH)
        .set_height(HEIGHT)
        .set_alt_text(names::cut(&chart.statement.workbook(), 255));
    drawn.show_empty_cells_as(ChartEmptyCells::Gaps);
    drawn.legend().set_position(ChartLegendPosition::Bottom);
    drawn
        .chart_area()
        .set_format(ChartFormat::new().set_border(ChartLine::new().set_color(PALE)));
    drawn.y_axis().set_major_gridlines_line(ChartLine::new().set_color(PALE));
    Ok(drawn)
}

/// Columns of the data of a series.
const VALUE: u16 = 1;
const BELOW: u16 = 2;
const ABOVE: u16 = 3;
const CENTRE: u16 = 4;
const LOWER: u16 = 5;
const UPPER: u16 = 6;
const TARGET: u16 = 7;
const SIGNAL: u16 = 8;
const OPEN: u16 = 9;
const PREDICTED: u16 = 10;

fn series(title: &str, figure: &SeriesFigure, data: &mut Data) -> Result<Chart> {
    let number = number(&figure.axis, figure.points.iter().flatten().map(|point| point.value));
    let periods = figure.labels.len();
    let value = |at: usize| figure.points.get(at).copied().flatten().map(|point| point.value);
    let whisker = |limit: fn(&document::Point) -> Option<f64>| -> Vec<Option<f64>> {
        let of = |point: &document::Point| limit(point).map(|limit| (limit - point.value).abs());
        figure.points.iter().map(|point| point.as_ref().and_then(of)).collect()
    };
    let (below, above) = (whisker(|point| point.low), whisker(|point| point.high));
    let level = |value: Option<f64>| vec![value; periods];
    let limit = |of: fn(&(f64, f64)) -> f64| (0..periods).map(|at| figure.limits.get(at).map(of)).collect::<Vec<_>>();
    let marked = |is: &dyn Fn(usize) -> bool| (0..periods).map(|at| value(at).filter(|_| is(at))).collect::<Vec<_>>();
    let is_signal = |at: usize| figure.signals.get(at).is_some_and(Option::is_some);
    let is_open = |at: usize| figure.open.get(at).is_some_and(|open| *open);
    let has_interval = below.iter().chain(&above).any(Option::is_some);
    let format = number.as_str();
    let columns = [
        (
            if has_interval { "Value and interval" } else { "Value" },
            format,
            (0..periods).map(value).collect(),
        ),
        ("Value minus lower end", format, below),
        ("Upper end minus value", format, above),
        ("Mean", format, level(figure.centre)),
        ("Lower limit", format, limit(|limits| limits.0)),
        ("Control limits", format, limit(|limits| limits.1)),
        ("Target", format, level(figure.target)),
        ("Signal", format, marked(&is_signal)),
        ("Period not ended", format, marked(&is_open)),
        (
            "Predicted",
            format,
            (0..periods).map(|at| figure.predicted.get(at).copied().flatten()).collect(),
        ),
    ];
    let has = |column: u16| columns[usize::from(column) - 1].2.iter().any(Option::is_some);
    let placed = data.columns(title, ("Period", &figure.labels), &columns)?;
    let mut chart = Chart::new(ChartType::Line);
    let lines = [
        (UPPER, line(GREY, 1.0, ChartLineDashType::Dash)),
        (CENTRE, line(GREY, 1.0, ChartLineDashType::Solid)),
        (LOWER, line(GREY, 1.0, ChartLineDashType::Dash)),
        (TARGET, line(GREEN, 1.5, ChartLineDashType::LongDashDot)),
        (PREDICTED, line(ORANGE, 2.0, ChartLineDashType::Dash)),
    ];
    for (column, line) in lines.into_iter().filter(|(column, _)| has(*column)) {
        let series = new(&mut chart, &placed, column);
        series
            .set_format(ChartFormat::new().set_line(&line))
            .set_marker(ChartMarker::new().set_none());
    }
    let series = new(&mut chart, &placed, VALUE);
    series
        .set_format(ChartFormat::new().set_line(&line(BLUE, 2.0, ChartLineDashType::Solid)))
        .set_marker(&marker(ChartMarkerType::Circle, 5, BLUE, BLUE));
    if has_interval {
        let mut bars = ChartErrorBars::new();
        bars.set_type(ChartErrorBarsType::Custom(placed.column(ABOVE), placed.column(BELOW)))
            .set_direction(ChartErrorBarsDirection::Both)
            .set_format(ChartFormat::new().set_line(ChartLine::new().set_color(BLUE).set_width(0.75).set_transparency(40)));
        series.set_y_error_bars(&bars);
    }
    for (column, mark) in [
        (OPEN, marker(ChartMarkerType::Circle, 9, Color::White, BLUE)),
        (SIGNAL, marker(ChartMarkerType::Diamond, 10, ORANGE, ORANGE)),
    ] {
        if has(column) {
            new(&mut chart, &placed, column)
                .set_format(ChartFormat::new().set_line(ChartLine::new().set_hidden(true)))
                .set_marker(&mark);
        }
    }
    heading(&mut chart, placed.title());
    chart
        .x_axis()
        .set_label_position(ChartAxisLabelPosition::Low)
        .set_font(ChartFont::new().set_size(9).set_rotation(if periods > 8 { -45 } else { 0 }));
    chart.y_axis().set_num_format(axis(&number)).set_font(ChartFont::new().set_size(9));
    Ok(chart)
}

fn funnel(title: &str, figure: &FunnelFigure, data: &mut Data) -> Result<Chart> {
    let number = number(&figure.axis, figure.segments.iter().map(|segment| segment.2));
    let mut segments: Vec<&(String, f64, f64, u8)> = figure.segments.iter().collect();
    segments.sort_by_key(|segment| segment.3);
    let shown: Vec<String> = segments
        .iter()
        .map(|segment| names::cell(&crate::diagnostics::visible(&segment.0)))
        .collect();
    let placed = data.columns(
        title,
        ("Segment", &shown),
        &[
            (
                figure.size.as_str(),
                "#,##0.0",
                segments.iter().map(|segment| Some(segment.1)).collect(),
            ),
            ("Value", &number, segments.iter().map(|segment| Some(segment.2)).collect()),
        ],
    )?;
    let sizes: Vec<String> = figure.limits.iter().map(|_| String::new()).collect();
    let limit = |of: usize| figure.limits.iter().map(|(_, limits)| Some(limits[of])).collect::<Vec<_>>();
    let bounds = data.columns(
        &format!("{title}, limits by size"),
        ("", &sizes),
        &[
            (
                figure.size.as_str(),
                "#,##0.0",
                figure.limits.iter().map(|(size, _)| Some(*size)).collect(),
            ),
            ("95% limits", &number, limit(0)),
            ("Upper 95%", &number, limit(1)),
            ("99.8% limits", &number, limit(2)),
            ("Upper 99.8%", &number, limit(3)),
            ("All", &number, vec![Some(figure.centre); figure.limits.len()]),
        ],
    )?;
    let mut chart = Chart::new(ChartType::Scatter);
    for (column, dash, named) in [
        (6, ChartLineDashType::Solid, true),
        (2, ChartLineDashType::Dash, true),
        (3, ChartLineDashType::Dash, false),
        (4, ChartLineDashType::RoundDot, true),
        (5, ChartLineDashType::RoundDot, false),
    ] {
        chart
            .add_series()
            .set_name(&bounds.heading(column))
            .set_categories(&bounds.column(1))
            .set_values(&bounds.column(column))
            .set_format(ChartFormat::new().set_line(&line(GREY, 1.0, dash)))
            .set_marker(ChartMarker::new().set_none())
            .delete_from_legend(!named);
    }
    let within = segments.iter().filter(|segment| segment.3 < 2).count() as u32;
    if within > 0 {
        points(
            &mut chart,
            &placed,
            (0, within),
            placed.heading(2),
            &marker(ChartMarkerType::Circle, 6, BLUE, BLUE),
        );
    }
    // Each group outside the limits is a separate series, named after it.
    for at in within..segments.len() as u32 {
        let mark = marker(ChartMarkerType::Diamond, 9, ORANGE, ORANGE);
        let mut label = ChartDataLabel::new();
        label.show_series_name().set_position(ChartDataLabelPosition::Right);
        points(&mut chart, &placed, (at, at + 1), placed.part(0, at, at + 1), &mark)
            .set_data_label(&label)
            .delete_from_legend(true);
    }
    heading(&mut chart, placed.title());
    chart.x_axis().set_name(&placed.heading(1)).set_num_format("#,##0").set_min(0);
    chart.x_axis().set_major_gridlines(false).set_font(ChartFont::new().set_size(9));
    chart.x_axis().set_name_font(ChartFont::new().set_size(9).unset_bold());
    chart.y_axis().set_num_format(axis(&number)).set_font(ChartFont::new().set_size(9));
    Ok(chart)
}

fn points<'c>(chart: &'c mut Chart, placed: &Placed, (from, to): (u32, u32), name: ChartRange, mark: &ChartMarker) -> &'c mut ChartSeries {
    chart
        .add_series()
        .set_name(&name)
        .set_categories(&placed.part(1, from, to))
        .set_values(&placed.part(2, from, to))
        .set_format(ChartFormat::new().set_line(ChartLine::new().set_hidden(true)))
        .set_marker(mark)
}

fn new<'c>(chart: &'c mut Chart, placed: &Placed, column: u16) -> &'c mut ChartSeries {
    chart
        .add_series()
        .set_name(&placed.heading(column))
        .set_categories(&placed.column(0))
        .set_values(&placed.column(column))
}

fn heading(chart: &mut Chart, of: ChartRange) {
    chart.title().set_name(&of).set_font(ChartFont::new().set_size(12).unset_bold());
}

fn line(color: Color, width: f64, dash: ChartLineDashType) -> ChartLine {
    let mut line = ChartLine::new();
    line.set_color(color).set_width(width).set_dash_type(dash);
    line
}

fn marker(kind: ChartMarkerType, size: u8, fill: Color, edge: Color) -> ChartMarker {
    let mut marker = ChartMarker::new();
    marker.set_type(kind).set_size(size).set_format(
        ChartFormat::new()
            .set_solid_fill(ChartSolidFill::new().set_color(fill))
            .set_border(ChartLine::new().set_color(edge)),
    );
    marker
}

/// The format of the values of an axis, by the largest of them.
fn number(axis: &Axis, values: impl Iterator<Item = f64>) -> String {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    formats::number(axis.unit, largest, axis.currency.as_deref())
}

/// The format of values as that of marks of an axis, which are round.
fn axis(number: &str) -> String {
    number.replace("0.0%", "0%").replace("#,##0.00\"", "#,##0\"")
}
