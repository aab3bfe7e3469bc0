#include "matchmaking/ticket_watch.h"

namespace oofgg::matchmaking {

void TicketWatch::OnClose() {
  if (const auto desk = desk_.lock()) desk->CloseWatch(ticket_id_, watch_);
  host_.reset();
}

std::optional<Ticket> TicketWatch::Next() {
  const auto desk = desk_.lock();
  if (desk == nullptr || ended_) return std::nullopt;  // A closing desk has ended the stream itself.
  auto news = desk->Look(user_id_, ticket_id_);
  if (!news.has_value()) {
    End(MakeStatus(StatusCode::kNotFound, "ticket " + ticket_id_ + " ended and was forgotten; read faster"));
    return std::nullopt;
  }
  if (news->version == seen_version_) return std::nullopt;
  seen_version_ = news->version;
  if (news->is_final) End(absl::OkStatus());
  return std::move(news->ticket);
}

void TicketWatch::End(Status status) {
  ended_ = true;
  host_->Finish(std::move(status));
}

}  // namespace oofgg::matchmaking
