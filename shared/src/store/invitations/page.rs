//! Pages of the people of a workspace or company. The people of a workspace or company are stored in eight partitions.
//! Reading a page merges the partitions into one order by address, and reads each partition only as far as the page
//! needs.

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

/// The largest number of people that the read of one page of people examines, even if few of these people belong on the
/// page.
const MAX_EXAMINED: usize = 1_000;

/// How many people the read of a page reads from each partition beyond an even share of the page. People are spread
/// unevenly over the partitions, and a partition whose people run out costs another call.
const SPARE: usize = 6;

/// Which page of the people of a workspace or company to read.
#[derive(Debug, Clone, Copy)]
pub struct PeoplePage<'a> {
    /// The workspace or company whose people are read.
    pub scope: Scope,
    /// The page has only people whose canonical address begins with this text.
    pub prefix: &'a str,
    /// The page of people begins after this position in the list.
    pub after: Option<&'a PagePosition>,
    /// The largest number of people on the page.
    pub most: usize,
}

/// The people of one partition that the store has read and not yet examined.
struct PartitionReader {
    pk: String,
    unexamined: VecDeque<(String, Person)>,
    after: Option<String>,
    ended: bool,
}

impl PartitionReader {
    async fn read_more(&mut self, store: &Store, prefix: &str, limit: usize) -> Result<()> {
        let after = self.after.as_deref();
        let slice = Slice { pk: &self.pk, sort: Sort::Begins(prefix), after, backwards: false, limit };
        let (people, more) = store.slice(&slice).await?;
        self.after = people.last().map(|(sk, _)| sk.clone()).or(self.after.take());
        self.unexamined.extend(people);
        self.ended = !more;
        Ok(())
    }

    fn needs_read(&self) -> bool {
        self.unexamined.is_empty() && !self.ended
    }
}

impl Store {
    /// Reads up to `most` people for whom `keep` returns `true`, ordered by address. A page that has a next page may
    /// be short or even empty, because a page ends after a fixed number of examined people.
    pub async fn people_page(
        &self,
        page: PeoplePage<'_>,
        keep: impl Fn(&Person) -> bool + Send,
    ) -> Result<Page<Person>> {
        let after = page.after.map(|after| after.as_str().to_owned());
        let mut partitions: Vec<_> = (0..keys::PARTITIONS)
            .map(|partition| PartitionReader {
                pk: keys::people_partition(page.scope, partition),
                unexamined: VecDeque::new(),
                after: after.clone(),
                ended: false,
            })
            .collect();
        let (mut items, mut examined, mut last) = (Vec::with_capacity(page.most), 0, None);
        while items.len() < page.most && examined < MAX_EXAMINED {
            let count = people_per_partition(page.most - items.len(), items.len(), examined);
            let exhausted: Vec<_> = partitions.iter_mut().filter(|partition| partition.needs_read()).collect();
            let reads: Vec<_> =
                exhausted.into_iter().map(|exhausted| exhausted.read_more(self, page.prefix, count)).collect();
            try_join_all(reads).await?;
            // The next person in order is certain only while every partition has people left or is at its end.
            while items.len() < page.most
                && examined < MAX_EXAMINED
                && !partitions.iter().any(PartitionReader::needs_read)
            {
                let Some((sk, person)) = take_first(&mut partitions) else { return Ok(Page { items, next: None }) };
                examined += 1;
                last = Some(PagePosition::new(sk));
                if keep(&person) {
                    items.push(person);
                }
            }
        }
        let more = partitions.iter().any(|partition| !partition.ended || !partition.unexamined.is_empty());
        Ok(Page { items, next: last.filter(|_| more) })
    }
}

/// Takes the first person in order from the partitions.
fn take_first(partitions: &mut [PartitionReader]) -> Option<(String, Person)> {
    let partitions = partitions.iter_mut().filter(|partition| !partition.unexamined.is_empty());
    partitions.min_by(|one, other| one.unexamined[0].0.cmp(&other.unexamined[0].0))?.unexamined.pop_front()
}

/// The number of people to read from each partition to find `wanted` more people, assuming that `keep` accepts the same
/// fraction of people as so far.
fn people_per_partition(wanted: usize, kept: usize, examined: usize) -> usize {
    let partition_count = usize::from(keys::PARTITIONS);
    let to_examine = (wanted * (examined + 1)).div_ceil(kept + 1).min(MAX_EXAMINED - examined);
    to_examine.div_ceil(partition_count) + SPARE
}
