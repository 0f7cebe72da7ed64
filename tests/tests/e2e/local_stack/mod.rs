//! Tests of the local stack's controls, and of the stack's AWS services for other processes.

mod aws_port;
mod forward_events;
mod reset;
mod route_faults;
mod seed;
mod units;
