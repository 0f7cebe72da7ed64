//! A page of a workspace's or company's people: one order over the eight partitions, of which each is read only as far
//! as the page goes.

use std::collections::VecDeque;

use futures::future::try_join_all;

use crate::{
    Result,
    domain::{Person, Scope},
    store::{
        Page, PagePosition, Store, keys,
        read::{Slice, Sort},
    },
};

/// A page ends when so many people were looked at, however few of them belong on it.
const MAX_LOOKED_AT: usize = 1_000;

/// Read from each partition beyond its even share: people are spread by chance, and a share that runs dry costs a call.
const SPARE: usize = 6;

/// Which page.
#[derive(Debug, Clone, Copy)]
pub struct PeoplePage<'a> {
    /// Of whose people.
    pub of: Scope,
    /// Only those whose canonical address begins so.
    pub prefix: &'a str,
    /// After this position.
    pub after: Option<&'a PagePosition>,
    /// At most so many.
    pub most: usize,
}

/// What is read of a partition and not yet looked at.
struct Share {
    pk: String,
    read: VecDeque<(String, Person)>,
    after: Option<String>,
    ended: bool,
}

impl Share {
    async fn refill(&mut self, store: &Store, prefix: &str, most: usize) -> Result<()> {
        let after = self.after.as_deref();
        let slice = Slice { pk: &self.pk, sort: Sort::Begins(prefix), after, backwards: false, most };
        let (people, more) = store.slice(&slice).await?;
        self.after = people.last().map(|(sk, _)| sk.clone()).or(self.after.take());
        self.read.extend(people);
        self.ended = !more;
        Ok(())
    }

    fn is_dry(&self) -> bool {
        self.read.is_empty() && !self.ended
    }
}

impl Store {
    /// Up to `most` of the people whom `keep` keeps, by address. The page may be short, and even empty, where it has a
    /// next one: many were looked at then.
    pub async fn people_page(
        &self,
        page: PeoplePage<'_>,
        keep: impl Fn(&Person) -> bool + Send,
    ) -> Result<Page<Person>> {
        let after = page.after.map(|after| after.as_str().to_owned());
        let mut shares: Vec<_> = (0..keys::PARTITIONS)
            .map(|partition| Share {
                pk: keys::people(page.of, partition),
                read: VecDeque::new(),
                after: after.clone(),
                ended: false,
            })
            .collect();
        let (mut items, mut looked_at, mut last) = (Vec::with_capacity(page.most), 0, None);
        while items.len() < page.most && looked_at < MAX_LOOKED_AT {
            let share = share(page.most - items.len(), items.len(), looked_at);
            let dry: Vec<_> = shares.iter_mut().filter(|share| share.is_dry()).collect();
            let refills: Vec<_> = dry.into_iter().map(|dry| dry.refill(self, page.prefix, share)).collect();
            try_join_all(refills).await?;
            // Who comes next is known as long as no share is dry.
            while items.len() < page.most && looked_at < MAX_LOOKED_AT && !shares.iter().any(Share::is_dry) {
                let Some((sk, person)) = take_first(&mut shares) else { return Ok(Page { items, next: None }) };
                looked_at += 1;
                last = Some(PagePosition::new(sk));
                if keep(&person) {
                    items.push(person);
                }
            }
        }
        let more = shares.iter().any(|share| !share.ended || !share.read.is_empty());
        Ok(Page { items, next: last.filter(|_| more) })
    }
}

fn take_first(shares: &mut [Share]) -> Option<(String, Person)> {
    let shares = shares.iter_mut().filter(|share| !share.read.is_empty());
    shares.min_by(|one, other| one.read[0].0.cmp(&other.read[0].0))?.read.pop_front()
}

/// How many to read from a partition to find `wanted` more in all of them, if as many are kept as so far.
fn share(wanted: usize, kept: usize, looked_at: usize) -> usize {
    let partitions = usize::from(keys::PARTITIONS);
    let to_look_at = (wanted * (looked_at + 1)).div_ceil(kept + 1).min(MAX_LOOKED_AT - looked_at);
    to_look_at.div_ceil(partitions) + SPARE
}
