//! The remaining categories: `media_repository`, `background_update_controller`,
//! `add_extra_fields_to_unsigned_client_event`, `federation`.

use hsmod_loader::values::MediaUploadLimit;
use hsmod_loader::{Delivered, Modules, Ser};
use serde_json::{Value, json};

use super::super::answer::{Answer, Outcome, allow, told, value};
use super::super::arguments::Arguments;
use super::super::forms::{DeliveryForm, LimitForm};
use super::{decided, uncallable};
use crate::exit::Result;

pub(super) async fn media_repository(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.media_repository();
    let user = a.text("user_id")?;
    Ok(match a.callback() {
        "get_media_config_for_user" => value(all.get_media_config_for_user(&user), decided).await,
        "is_user_allowed_to_upload_media_of_size" => {
            let size = a.read::<u64>("size")?;
            allow(all.is_user_allowed_to_upload_media_of_size(&user, size)).await
        }
        "get_media_upload_limits_for_user" => {
            value(all.get_media_upload_limits_for_user(&user), |limits| {
                decided(limits.map(|limits| limits.iter().map(limit).collect::<Value>()))
            })
            .await
        }
        "on_media_upload_limit_exceeded" => {
            let limit = a.read::<LimitForm>("limit")?.limit();
            let (sent, attempted) =
                (a.read::<u64>("sent_bytes")?, a.read::<u64>("attempted_bytes")?);
            let question = all.on_media_upload_limit_exceeded(&user, &limit, sent, attempted);
            value(question, |()| Answer::Value(Value::Null, false)).await
        }
        _ => return Err(uncallable(a)),
    })
}

fn limit(limit: &MediaUploadLimit) -> Value {
    json!({
        "max_bytes": limit.max_bytes,
        "time_period_ms": limit.time_period_ms,
        "info_uri": limit.info_uri,
        "can_upgrade": limit.can_upgrade,
    })
}

pub(super) async fn background_update_controller(
    modules: &Modules,
    a: &Arguments,
) -> Result<Outcome> {
    let all = modules.background_update_controller();
    let (update, database) = (a.text("update_name")?, a.text("database_name")?);
    Ok(match a.callback() {
        "on_update" => {
            let oneshot = a.read::<bool>("oneshot")?;
            // The update is entered and left at once, as if a batch had run in between.
            let batch = async {
                let Some(update) = all.on_update(&update, &database, oneshot).await? else {
                    return Ok(None);
                };
                let duration = update.desired_duration();
                update.exit().await?;
                Ok(Some(duration))
            };
            value(batch, |duration| {
                decided(duration.map(|duration| {
                    let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                    json!({"desired_duration_ms": milliseconds})
                }))
            })
            .await
        }
        "default_batch_size" => value(all.default_batch_size(&update, &database), decided).await,
        "min_batch_size" => value(all.min_batch_size(&update, &database), decided).await,
        _ => return Err(uncallable(a)),
    })
}

pub(super) async fn unsigned(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.add_extra_fields_to_unsigned_client_event();
    Ok(match a.callback() {
        "add_field_to_unsigned_callback" => {
            value(all.add_field_to_unsigned_callback(&a.event()?.as_event()), |fields| {
                let nothing = fields.is_empty();
                Answer::Value(Value::Object(fields), !nothing)
            })
            .await
        }
        _ => return Err(uncallable(a)),
    })
}

pub(super) async fn federation(modules: &Modules, a: &Arguments) -> Result<Outcome> {
    let all = modules.federation();
    Ok(match a.callback() {
        "on_event_delivered_over_federation" => {
            let DeliveryForm { server_name, method, events } = a.read("delivery")?;
            let (server_name, method) = (server_name.as_str(), method.as_str());
            let events = events.iter().map(Ser).collect();
            let delivery = Delivered { server_name, method, events };
            told(all.on_event_delivered_over_federation(delivery)).await
        }
        _ => return Err(uncallable(a)),
    })
}
