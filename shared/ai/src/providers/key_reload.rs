//! Key reload: when a provider rejects its key, the settings are read again and the call is made once more.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use tokio::sync::Mutex as AsyncMutex;

use super::Service;
use crate::{AiConfig, ErrorKind, ModelError};

/// Reads the settings again; `None` when they are unchanged or cannot be read.
pub type ReloadConfig = Box<dyn Fn() -> BoxFuture<'static, Option<AiConfig>> + Send + Sync>;

/// A service whose key can be replaced. Cheap to clone.
#[derive(Clone)]
pub struct CurrentService {
    slot: Slot,
    reload: Option<Arc<KeyReload>>,
}

type Slot = Arc<Mutex<Arc<Service>>>;

/// One reload replaces the keys of the model and of the embedder: it returns settings only when they have changed, so a
/// separate reload for the second of them would find nothing new.
struct KeyReload {
    read: AsyncMutex<ReloadConfig>,
    model: Option<Slot>,
    embedding: Option<Slot>,
}

impl CurrentService {
    /// The services of the model and of the embedder, which share `reload`.
    pub(crate) fn share(
        model: Option<Service>,
        embedding: Option<Service>,
        reload: Option<ReloadConfig>,
    ) -> [Option<Self>; 2] {
        let [model, embedding] = [model, embedding].map(|service| service.map(slot));
        let reload = reload.map(|read| {
            Arc::new(KeyReload {
                read: AsyncMutex::new(read),
                model: model.clone(),
                embedding: embedding.clone(),
            })
        });
        [model, embedding].map(|slot| {
            let reload = reload.clone();
            slot.map(|slot| Self { slot, reload })
        })
    }

    pub(super) fn get(&self) -> Arc<Service> {
        get(&self.slot)
    }

    /// Makes `call`. If the provider rejects the key and the settings have another, makes it once more with that.
    pub(super) async fn call<T, F>(&self, call: impl Fn(Arc<Service>) -> F) -> Result<T, ModelError>
    where
        F: Future<Output = Result<T, ModelError>>,
    {
        let service = self.get();
        let result = call(Arc::clone(&service)).await;
        if let (Err(error), Some(reload)) = (&result, &self.reload)
            && error.kind() == Some(ErrorKind::Auth)
            && let Some(service) = reload.replace(&self.slot, &service).await
        {
            return call(service).await;
        }
        result
    }
}

impl From<Service> for CurrentService {
    fn from(service: Service) -> Self {
        Self {
            slot: slot(service),
            reload: None,
        }
    }
}

impl KeyReload {
    /// The service that replaces the rejected one. Of several calls rejected at once, one reads the settings.
    async fn replace(&self, slot: &Slot, rejected: &Arc<Service>) -> Option<Arc<Service>> {
        let read = self.read.lock().await;
        if Arc::ptr_eq(&get(slot), rejected) {
            let config = (*read)().await?;
            if let (Some(slot), Some(service)) = (&self.model, config.model) {
                set(slot, service);
            }
            // The stored vectors belong to one embedding model: no other replaces it.
            if let (Some(slot), Some(service)) = (&self.embedding, config.embedding)
                && service.model() == get(slot).model()
            {
                set(slot, service);
            }
        }
        let current = get(slot);
        (!Arc::ptr_eq(&current, rejected)).then_some(current)
    }
}

fn slot(service: Service) -> Slot {
    Arc::new(Mutex::new(Arc::new(service)))
}

fn get(slot: &Slot) -> Arc<Service> {
    Arc::clone(&slot.lock().unwrap_or_else(PoisonError::into_inner))
}

fn set(slot: &Slot, service: Service) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(service);
}

impl fmt::Debug for CurrentService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
