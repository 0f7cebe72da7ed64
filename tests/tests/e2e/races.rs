//! Many at once, and a database that isn't always kind. Under any race exactly one wins, and each loser hears why.

mod faults;
mod managing;
mod together;
