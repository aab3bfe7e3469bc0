#include "oofgg/global_client.h"

#include <utility>

#include "client/event_feed.h"

namespace oofgg {

GlobalEventStream GlobalClient::StreamEvents(StreamGlobalEventsRequest request, OnEvent on_event) {
  GlobalEvent hello;
  hello.game_id = std::move(request.game_id);
  hello.sequence = request.after_sequence;
  auto feed = std::make_shared<internal::EventFeed<wire::methods::StreamGlobalEvents>>(
      core_, std::move(hello), std::move(on_event));
  feed->Start();
  GlobalEventStream stream;
  stream.send_ = [feed](GlobalEvent event) { return feed->Send(std::move(event)); };
  stream.call_ = Call(std::move(feed));
  return stream;
}

Status GlobalEventStream::Send(GlobalEvent event) {
  if (!send_) return MakeStatus(StatusCode::kFailedPrecondition, "this stream was never opened");
  return send_(std::move(event));
}

}  // namespace oofgg
