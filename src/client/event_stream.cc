#include "oofgg/event_stream.h"

#include <utility>

#include "client/event_feed.h"

namespace oofgg {
namespace {

template <class M>
std::pair<std::function<Status(GameEvent)>, Call> OpenFeed(const std::shared_ptr<internal::ClientCore>& core,
                                                           GameEvent hello, EventStream::OnEvent on_event) {
  auto feed = std::make_shared<internal::EventFeed<M>>(core, std::move(hello), std::move(on_event));
  feed->Start();
  auto send = [feed](GameEvent event) {
    event.session_id = feed->hello().session_id;
    if (event.game_id.empty()) event.game_id = feed->hello().game_id;
    return feed->Send(std::move(event));
  };
  return {std::move(send), Call(std::move(feed))};
}

}  // namespace

EventStream EventStream::Open(const std::shared_ptr<internal::ClientCore>& core, Side side,
                              StreamEventsRequest request, OnEvent on_event) {
  GameEvent hello;
  hello.session_id = std::move(request.session_id);
  hello.game_id = std::move(request.game_id);
  hello.sequence = request.after_sequence;
  EventStream stream;
  std::tie(stream.send_, stream.call_) =
      side == Side::kServer
          ? OpenFeed<wire::methods::StreamInstanceEvents>(core, std::move(hello), std::move(on_event))
          : OpenFeed<wire::methods::StreamEvents>(core, std::move(hello), std::move(on_event));
  return stream;
}

Status EventStream::Send(GameEvent event) {
  if (!send_) return MakeStatus(StatusCode::kFailedPrecondition, "this stream was never opened");
  return send_(std::move(event));
}

}  // namespace oofgg
