#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "matchmaking/ticket_desk.h"
#include "oofgg/model/match.h"
#include "oofgg/stream.h"

namespace oofgg::matchmaking {

/// The stream behind `WatchTicket`. Pulls the newest state; the desk wakes its host on every change.
class TicketWatch final : public StreamHandler<TicketId, Ticket> {
 public:
  TicketWatch(std::weak_ptr<TicketDesk> desk, std::string user_id, std::string ticket_id, std::uint64_t watch,
              std::shared_ptr<StreamHost> host)
      : desk_(std::move(desk)),
        user_id_(std::move(user_id)),
        ticket_id_(std::move(ticket_id)),
        watch_(watch),
        host_(std::move(host)) {}

  void OnMessage(TicketId message) override { static_cast<void>(message); }
  void OnClose() override;
  std::optional<Ticket> Next() override;

 private:
  void End(Status status);

  std::weak_ptr<TicketDesk> desk_;  // The streams of a closed facade must not keep it.
  std::string user_id_;
  std::string ticket_id_;
  std::uint64_t watch_;
  std::shared_ptr<StreamHost> host_;
  std::uint64_t seen_version_ = 0;
  bool ended_ = false;
};

}  // namespace oofgg::matchmaking
