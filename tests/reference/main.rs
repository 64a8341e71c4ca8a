//! A second, naive implementation of the facts and the metrics that the engine must agree with, on made-up organisations; and laws
//! that hold for any input.

mod agree;
mod examples;
mod generate;
mod health;
mod laws;
mod naive;
mod rng;
mod run;
