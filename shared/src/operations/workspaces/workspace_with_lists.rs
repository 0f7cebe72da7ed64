//! Workspaces with the lists that a response shows: the people and the mail domains of each workspace.

use crate::{
    Result, Usher,
    domain::{DomainRule, MailDomain, Message, Person, Role, ShortId, Workspace, WorkspaceChange},
    operations::{Caller, InviteRow, NewWorkspace, SetAccess},
};

/// Which lists of a workspace a response shows: the people, the mail domains, or both.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceLists {
    /// Whether the response shows the members and pending invitations of the workspace.
    pub people: bool,
    /// Whether the response shows the mail domains of the workspace.
    pub domains: bool,
}

/// A workspace with its lists. A list is `None` if the request didn't ask for the list.
#[derive(Debug)]
pub struct WorkspaceWithLists {
    /// The workspace that the response shows.
    pub workspace: Workspace,
    /// The members and pending invitations of the workspace, oldest first.
    pub people: Option<Vec<Person>>,
    /// The mail domains of the workspace, oldest first.
    pub domains: Option<Vec<DomainRule>>,
}

/// A page of a list that a request names by the page's number.
#[derive(Debug, Clone, Copy)]
pub struct NumberedPage {
    /// The number of the page. The first page has the number 1.
    pub page: usize,
    /// The number of items on a page, which is at least 1.
    pub limit: usize,
}

impl NumberedPage {
    /// The items of a whole list that are on the requested page.
    pub fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.page.saturating_sub(1).saturating_mul(self.limit)).take(self.limit).collect()
    }
}

/// A workspace to be created with people in it.
#[derive(Debug)]
pub struct NewWorkspaceWithPeople {
    /// The workspace to be created.
    pub workspace: NewWorkspace,
    /// The people who get access to the workspace. The list of people contains each person once.
    pub people: Vec<InviteRow>,
    /// The message in the invitations' mails, if the workspace is published.
    pub message: Option<Message>,
    /// The function that maps a role to the role that the caller's contract shows instead.
    pub shown_as: fn(Role) -> Role,
}

/// Who is to have access to a workspace of the company.
#[derive(Debug)]
pub struct NewAccess {
    /// The short id of the workspace to which people get access.
    pub workspace: ShortId,
    /// The people who get access to the workspace. The list of people contains each person once.
    pub people: Vec<InviteRow>,
    /// The mail domains and the roles that their people get.
    pub domains: Vec<(MailDomain, Role)>,
    /// The message in the invitations' mails, if the workspace is published.
    pub message: Option<Message>,
    /// The function that maps a role to the role that the caller's contract shows instead.
    pub shown_as: fn(Role) -> Role,
}

impl Usher {
    /// Creates a workspace and gives people access to it. The workspace is not created if one of the people can't be
    /// invited.
    ///
    /// # Errors
    /// The errors of [`Usher::create_workspace`] and [`Usher::set_access`]; [`crate::Error::Conflict`] if the request
    /// gives the caller a role below ADMIN.
    pub async fn create_workspace_with_people(
        &self,
        caller: &Caller,
        new: NewWorkspaceWithPeople,
        lists: WorkspaceLists,
    ) -> Result<WorkspaceWithLists> {
        let NewWorkspaceWithPeople { workspace, people, message, shown_as } = new;
        if people.is_empty() {
            let workspace = self.create_workspace(caller, workspace).await?;
            return self.with_lists(caller, workspace, None, lists).await;
        }
        self.admit_people(caller, &people).await?;
        self.admit_founder(caller, &people).await?;
        let workspace = self.create_workspace(caller, workspace).await?;
        let access =
            SetAccess { workspace: workspace.id, people, domains: Vec::new(), message, listed: lists.people, shown_as };
        let people = self.set_access(caller, access).await?;
        self.with_lists(caller, workspace, people, lists).await
    }

    /// Sets who has access, as [`Usher::set_access`] does, to the workspace with the given short id.
    ///
    /// # Errors
    /// The errors of [`Usher::set_access`].
    pub async fn set_access_with_lists(
        &self,
        caller: &Caller,
        new: NewAccess,
        lists: WorkspaceLists,
    ) -> Result<WorkspaceWithLists> {
        let NewAccess { workspace, people, domains, message, shown_as } = new;
        let workspace = self.workspace_of_short_id(caller, &workspace).await?;
        let listed = lists.people;
        let access = SetAccess { workspace: workspace.id, people, domains, message, listed, shown_as };
        let people = self.set_access(caller, access).await?;
        self.with_lists(caller, workspace, people, lists).await
    }

    /// Changes a workspace, as [`Usher::change_workspace`] does, by the workspace's short id.
    ///
    /// # Errors
    /// The errors of [`Usher::change_workspace`].
    pub async fn change_workspace_with_lists(
        &self,
        caller: &Caller,
        id: &ShortId,
        change: WorkspaceChange,
        lists: WorkspaceLists,
    ) -> Result<WorkspaceWithLists> {
        let id = self.workspace_of_short_id(caller, id).await?.id;
        let workspace = self.change_workspace(caller, id, change).await?;
        self.with_lists(caller, workspace, None, lists).await
    }

    /// A page of the company's workspaces, oldest first, and the number of all workspaces of the company. The people
    /// and mail domains of workspaces on other pages aren't read.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] unless the caller is a company admin.
    pub async fn page_company_workspaces(
        &self,
        caller: &Caller,
        page: NumberedPage,
        lists: WorkspaceLists,
    ) -> Result<(Vec<WorkspaceWithLists>, usize)> {
        let workspaces = self.list_company_workspaces(caller).await?;
        let total = workspaces.len();
        let domains = self.domains_if(caller, lists.domains).await?;
        let mut page_of_workspaces = Vec::new();
        for workspace in page.cut(workspaces) {
            let people = self.people_if(caller, &workspace, lists.people).await?;
            page_of_workspaces.push(with(workspace, people, domains.as_deref()));
        }
        Ok((page_of_workspaces, total))
    }

    /// The workspace with its lists. If the people of the workspace were read before, the people aren't read again.
    async fn with_lists(
        &self,
        caller: &Caller,
        workspace: Workspace,
        people: Option<Vec<Person>>,
        lists: WorkspaceLists,
    ) -> Result<WorkspaceWithLists> {
        let domains = self.domains_if(caller, lists.domains).await?;
        let people = match people {
            None => self.people_if(caller, &workspace, lists.people).await?,
            people => people,
        };
        Ok(with(workspace, people, domains.as_deref()))
    }

    async fn domains_if(&self, caller: &Caller, asked: bool) -> Result<Option<Vec<(Workspace, DomainRule)>>> {
        if asked { self.list_domains(caller).await.map(Some) } else { Ok(None) }
    }

    async fn people_if(&self, caller: &Caller, workspace: &Workspace, asked: bool) -> Result<Option<Vec<Person>>> {
        if asked { Ok(Some(self.list_members(caller, workspace.id).await?.1)) } else { Ok(None) }
    }
}

fn with(
    workspace: Workspace,
    people: Option<Vec<Person>>,
    company_domains: Option<&[(Workspace, DomainRule)]>,
) -> WorkspaceWithLists {
    let own = |domains: &[(Workspace, DomainRule)]| {
        domains.iter().filter(|(owner, _)| owner.id == workspace.id).map(|(_, rule)| rule.clone()).collect()
    };
    let domains = company_domains.map(own);
    WorkspaceWithLists { workspace, people, domains }
}
