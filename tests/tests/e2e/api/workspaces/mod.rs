mod audit;
mod costs;
mod invitations;
mod members;
