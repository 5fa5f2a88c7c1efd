//! The stack's table and secrets read with the operator's own rights: a refusal is about those, and not about the role
//! of a function, which the same code says elsewhere.

use async_trait::async_trait;
use domain::failure::{Failure, FailureName};
use runtime::items::{Inserted, Item, Items, NewItem, Place, Replaced};
use runtime::secrets::SecretSource;
use secrecy::SecretString;

/// Something that is read with the operator's own rights.
pub struct OwnRights<T>(pub T);

/// A refusal as the operator needs it; every other failure as it is.
fn own(failure: Failure) -> Failure {
    match (failure.name, &failure.remedy) {
        // Without a remedy it is about what was read, and not about rights.
        (FailureName::Misconfigured, Some(_)) => failure.remedy(
            "use a profile whose rights are those listed in ops/README.md, and check --stack and --region",
        ),
        _ => failure,
    }
}

#[async_trait]
impl<T: Items> Items for OwnRights<T> {
    async fn get(&self, pk: &str) -> Result<Option<Item>, Failure> {
        self.0.get(pk).await.map_err(own)
    }

    async fn insert(&self, item: NewItem) -> Result<Inserted, Failure> {
        self.0.insert(item).await.map_err(own)
    }

    async fn replace(&self, seen_version: u64, item: NewItem) -> Result<Replaced, Failure> {
        self.0.replace(seen_version, item).await.map_err(own)
    }

    async fn remove(&self, pk: &str, seen_version: u64) -> Result<Replaced, Failure> {
        self.0.remove(pk, seen_version).await.map_err(own)
    }

    async fn by_state_after(
        &self,
        state: &str,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<Item>, Failure> {
        self.0.by_state_after(state, after, limit).await.map_err(own)
    }
}

#[async_trait]
impl<T: SecretSource> SecretSource for OwnRights<T> {
    async fn fetch(&self, name: &str) -> Result<SecretString, Failure> {
        self.0.fetch(name).await.map_err(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_the_operators_rights() {
        let refused = Failure::new(FailureName::Misconfigured, "reading the table: AccessDenied")
            .remedy("check the function's role and the names in its environment");
        let told = own(refused.clone());
        assert_eq!(told.what, refused.what);
        assert!(told.remedy.is_some_and(|remedy| remedy.contains("ops/README.md")));
        let empty = Failure::new(
            FailureName::Misconfigured,
            "reading the secret x: it holds no text",
        );
        assert_eq!(own(empty.clone()), empty);
        let away = Failure::new(FailureName::SystemUnavailable, "reading the table: no answer");
        assert_eq!(own(away.clone()), away);
    }
}
