//! The struct of each function, as in its `main.rs`.

use super::{Handler, looped, parts::Parts};
use crate::{platform::queue::QueueTwin, ports::TopicPort};
use aws_lambda_events::sqs::SqsEvent;
use change_poller::Poller;
use domain::failure::Failure;
use event_router::Router;
use inventory_pusher::{OdooStock, PushStock, Pusher};
use invoice_writer::InvoiceWriter;
use odoo::books::BooksCache;
use odoo_work::WorkQueue;
use order_notifier::{Notifier, Request};
use order_writer::{OrderWriter, ProductCache};
use payment_capture::Payments;
use review_desk::{Credentials, Desk};
use runtime::{
    Invocation,
    batch::CrashMarks,
    breaker::Breaker,
    inbox::Inbox,
    stores::{Cursors, OrderItems, PayloadStore, PaymentsUsed, Reviews, StockFlights},
};
use serde_json::Value;
use std::sync::Arc;

type Started = Result<Arc<dyn Handler>, Failure>;

impl Parts {
    fn payloads(&self) -> PayloadStore {
        PayloadStore::new(self.items.clone(), self.clock.clone())
    }

    fn reviews(&self) -> Reviews {
        Reviews::new(self.items.clone(), self.clock.clone())
    }

    fn orders(&self) -> OrderItems {
        OrderItems::new(self.items.clone())
    }

    /// The way in.
    pub fn inbox(&self) -> Inbox {
        Inbox {
            payloads: self.payloads(),
            reviews: self.reviews(),
            queue: self.queue(self.gate.world.queues.inbox()),
        }
    }

    fn work(&self, queue: &Arc<QueueTwin>) -> WorkQueue {
        WorkQueue {
            give_back: self.queue(queue),
            crash_marks: CrashMarks::new(self.items.clone(), self.clock.clone()),
            workflow: self.workflow.clone(),
            reviews: self.reviews(),
        }
    }
}

pub fn event_router(parts: &Parts) -> Started {
    let router = Arc::new(Router {
        merchant: parts.merchant,
        payloads: parts.payloads(),
        orders: parts.orders(),
        reviews: parts.reviews(),
        used: PaymentsUsed::new(parts.items.clone(), parts.clock.clone()),
        workflow: parts.workflow.clone(),
        clock: parts.clock.clone(),
    });
    let inbox = parts.queue(parts.gate.world.queues.inbox());
    Ok(looped(move |batch: SqsEvent, _: Invocation| {
        let (router, inbox) = (router.clone(), inbox.clone());
        async move { Ok(router.route_all(batch, &*inbox).await) }
    }))
}

pub async fn payment_capture(parts: &Parts) -> Started {
    let payments = Arc::new(Payments {
        merchant: parts.merchant,
        ledger: parts.ledger().await?,
        gateway: Arc::new(parts.gateway().await),
        payloads: parts.payloads(),
        orders: parts.orders(),
        used: PaymentsUsed::new(parts.items.clone(), parts.clock.clone()),
    });
    Ok(looped(
        move |request: payment_capture::Request, invocation: Invocation| {
            let payments = payments.clone();
            async move { payments.handle(request, &invocation).await }
        },
    ))
}

pub async fn order_writer(parts: &Parts) -> Started {
    let writer = Arc::new(OrderWriter {
        merchant: parts.merchant,
        odoo: Arc::new(parts.odoo().await),
        books: BooksCache::default(),
        products: ProductCache::default(),
        ledger: parts.ledger().await?,
        payloads: parts.payloads(),
        orders: parts.orders(),
        queue: parts.work(parts.gate.world.queues.order_work()),
    });
    Ok(looped(move |event: SqsEvent, invocation: Invocation| {
        let writer = writer.clone();
        async move { writer.handle(event, &invocation).await }
    }))
}

pub async fn invoice_writer(parts: &Parts) -> Started {
    let writer = Arc::new(InvoiceWriter {
        merchant: parts.merchant,
        odoo: Arc::new(parts.odoo().await),
        books: BooksCache::default(),
        ledger: parts.ledger().await?,
        payloads: parts.payloads(),
        queue: parts.work(parts.gate.world.queues.invoice_work()),
    });
    Ok(looped(move |event: SqsEvent, invocation: Invocation| {
        let writer = writer.clone();
        async move { writer.handle(event, &invocation).await }
    }))
}

pub async fn inventory_pusher(parts: &Parts) -> Started {
    let pusher = Arc::new(Pusher {
        merchant: parts.merchant,
        shops: parts.shops(),
        stock: Arc::new(OdooStock::new(parts.merchant, parts.odoo().await)),
        payloads: parts.payloads(),
        orders: parts.orders(),
        flights: StockFlights::new(parts.items.clone(), parts.clock.clone()),
        clock: parts.clock.clone(),
    });
    Ok(looped(move |request: PushStock, invocation: Invocation| {
        let pusher = pusher.clone();
        async move { pusher.handle(request, &invocation).await }
    }))
}

pub async fn order_notifier(parts: &Parts) -> Started {
    let notifier = Arc::new(Notifier {
        merchant: parts.merchant,
        ledger: parts.ledger().await?,
        shops: parts.shops(),
        orders: parts.orders(),
        inbox: parts.queue(parts.gate.world.queues.inbox()),
        clock: parts.clock.clone(),
    });
    Ok(looped(move |request: Request, invocation: Invocation| {
        let notifier = notifier.clone();
        async move { notifier.handle(request, &invocation).await }
    }))
}

pub fn change_poller(parts: &Parts) -> Started {
    let poller = Arc::new(Poller {
        merchant: parts.merchant,
        shops: parts.shops(),
        cursors: Cursors::new(parts.items.clone()),
        inbox: parts.inbox(),
        clock: parts.clock.clone(),
    });
    Ok(looped(move |_schedule: Value, invocation: Invocation| {
        let poller = poller.clone();
        async move { poller.poll(&invocation).await }
    }))
}

pub fn review_desk(parts: &Parts) -> Started {
    let topic = TopicPort {
        gate: parts.gate.clone(),
        topic: parts.gate.world.topic.clone(),
    };
    let desk = Arc::new(Desk {
        merchant: parts.merchant,
        payloads: parts.payloads(),
        breaker: Arc::new(Breaker::new(parts.items.clone(), parts.clock.clone())),
        reviews: parts.reviews(),
        orders: parts.orders(),
        effects: parts.store.clone(),
        workflow: parts.workflow.clone(),
        inbox: parts.queue(parts.gate.world.queues.inbox()),
        topic: Arc::new(topic),
        credentials: Credentials {
            secrets: Vec::new(),
            tags: parts.gate.world.secrets.clone(),
        },
        clock: parts.clock.clone(),
    });
    Ok(looped(move |input: Value, _: Invocation| {
        let desk = desk.clone();
        async move { desk.handle(input).await }
    }))
}
