//! The port itself.

use domain::failure::FailureName;
use futures::future::join_all;
use runtime::{
    items::{ITEM_BYTES_MAX, Inserted, Item, Items, NewItem, Replaced},
    unique,
};
use serde_json::json;
use std::sync::Arc;

fn key() -> String {
    format!("test/{}", unique())
}

async fn there(items: &dyn Items, pk: &str) -> Item {
    items.get(pk).await.unwrap().expect("it is there")
}

pub async fn an_item_comes_back_as_it_was_stored(items: Arc<dyn Items>) {
    let pk = key();
    assert_eq!(items.get(&pk).await.unwrap(), None);
    let new = NewItem {
        pk: pk.clone(),
        body: json!({"name": "é ✓", "amount": "19.90", "deep": [{"a": null}]}),
        bytes: Some(vec![0, 159, 146, 150, 0]),
        state: Some((pk.clone(), "0001".to_owned())),
        ttl_s: Some(1_900_000_000),
    };
    assert_eq!(items.insert(new.clone()).await.unwrap(), Inserted::Created);
    let NewItem {
        body,
        bytes,
        state,
        ttl_s,
        ..
    } = new;
    assert_eq!(
        there(&*items, &pk).await,
        Item {
            pk: pk.clone(),
            version: 1,
            body,
            bytes,
            state,
            ttl_s
        }
    );
    // A replacement replaces all of it.
    let bare = NewItem::new(&pk, json!(1));
    assert_eq!(items.replace(1, bare).await.unwrap(), Replaced::Done);
    let expected = Item {
        pk: pk.clone(),
        version: 2,
        body: json!(1),
        bytes: None,
        state: None,
        ttl_s: None,
    };
    assert_eq!(there(&*items, &pk).await, expected);
    assert_eq!(items.by_state(&pk, 10).await.unwrap(), []);
}

pub async fn the_first_insert_wins_and_the_second_sees_it(items: Arc<dyn Items>) {
    let pk = key();
    items.insert(NewItem::new(&pk, json!("first"))).await.unwrap();
    match items.insert(NewItem::new(&pk, json!("second"))).await.unwrap() {
        Inserted::Exists(found) => assert_eq!((found.body, found.version), (json!("first"), 1)),
        Inserted::Created => panic!("there was one"),
    }
    assert_eq!(there(&*items, &pk).await.body, json!("first"));
}

pub async fn a_stale_write_changes_nothing_and_tells_what_is_there(items: Arc<dyn Items>) {
    let pk = key();
    assert_eq!(
        items.replace(1, NewItem::new(&pk, json!(0))).await.unwrap(),
        Replaced::Stale(None)
    );
    assert_eq!(items.remove(&pk, 1).await.unwrap(), Replaced::Stale(None));
    items.insert(NewItem::new(&pk, json!(1))).await.unwrap();
    items.replace(1, NewItem::new(&pk, json!(2))).await.unwrap();
    let now = there(&*items, &pk).await;
    for stale in [
        items.replace(1, NewItem::new(&pk, json!(3))).await.unwrap(),
        items.remove(&pk, 1).await.unwrap(),
    ] {
        assert_eq!(stale, Replaced::Stale(Some(now.clone())));
    }
    assert_eq!(there(&*items, &pk).await, now);
    assert_eq!(items.remove(&pk, 2).await.unwrap(), Replaced::Done);
    assert_eq!(items.get(&pk).await.unwrap(), None);
}

pub async fn of_many_writers_who_saw_the_same_one_wins(items: Arc<dyn Items>) {
    let pk = key();
    items.insert(NewItem::new(&pk, json!("start"))).await.unwrap();
    // The same content from all of them: a win may not be told by the content.
    let writes = (0..8).map(|_| items.replace(1, NewItem::new(&pk, json!("same"))));
    let results = join_all(writes).await;
    assert_eq!(
        results
            .iter()
            .filter(|result| **result == Ok(Replaced::Done))
            .count(),
        1,
        "{results:?}"
    );
    assert_eq!(there(&*items, &pk).await.version, 2);
}

pub async fn a_state_lists_its_items_oldest_first(items: Arc<dyn Items>) {
    let state = key();
    for by in ["0003", "0001", "0002"] {
        let place = Some((state.clone(), by.to_owned()));
        items
            .insert(NewItem {
                state: place,
                ..NewItem::new(key(), json!(by))
            })
            .await
            .unwrap();
    }
    let listed = |items: Vec<Item>| items.into_iter().map(|item| item.body).collect::<Vec<_>>();
    let all = items.by_state(&state, 10).await.unwrap();
    assert_eq!(listed(all.clone()), [json!("0001"), json!("0002"), json!("0003")]);
    assert_eq!(
        listed(items.by_state(&state, 2).await.unwrap()),
        [json!("0001"), json!("0002")]
    );
    items.remove(&all[0].pk, 1).await.unwrap();
    assert_eq!(
        listed(items.by_state(&state, 10).await.unwrap()),
        [json!("0002"), json!("0003")]
    );
}

pub async fn what_is_too_large_is_refused_before_it_is_sent(items: Arc<dyn Items>) {
    let pk = key();
    let large = NewItem {
        bytes: Some(vec![1; ITEM_BYTES_MAX]),
        ..NewItem::new(&pk, json!({"a": 1}))
    };
    let failure = items.insert(large.clone()).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
    items.insert(NewItem::new(&pk, json!(1))).await.unwrap();
    assert_eq!(
        items.replace(1, large).await.unwrap_err().name,
        FailureName::Refused
    );
    assert_eq!(there(&*items, &pk).await.version, 1);
}
