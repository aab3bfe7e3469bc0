#include "storage/redis/cluster_node.h"

#include <utility>

#include "storage/redis/redirect.h"

namespace oofgg::storage::redis {
namespace {

RedisOptions OptionsOfNode(RedisOptions options, const HostPort& address) {
  options.url.hosts = {address};
  return options;
}

}  // namespace

ClusterNode::ClusterNode(ClusterNodeOwner& owner, RedisOptions options, HostPort address)
    : owner_(owner),
      address_(std::move(address)),
      queue_(options.max_commands, options.max_command_bytes, /*leave_replicas=*/false, this),
      link_(*this, OptionsOfNode(std::move(options), address_)) {}

Status ClusterNode::Send(PendingCommand& command) {
  OOFGG_RETURN_IF_ERROR(queue_.Push(command));
  link_.Wake();
  return absl::OkStatus();
}

void ClusterNode::OnUp(const HostPort& /*server*/) {
  queue_.Open();
  up_ = true;
  owner_.OnNodeUp();
}

void ClusterNode::OnDown(const Status& why) {
  up_ = false;
  owner_.OnNodeDown(why);
  Close(why);
}

void ClusterNode::OnNoLink(const Status& why) {
  owner_.OnNodeDown(why);
  Close(why);
}

/// What may wait does so at the owner: the slot may get another master before this one is back.
void ClusterNode::Close(const Status& why) {
  queue_.Close(why);
  for (PendingCommand& command : queue_.TakeWaiting()) owner_.OnHandedBack(std::move(command));
}

void ClusterNode::Retire(const Status& why) {
  link_.Stop();
  up_ = false;
  for (PendingCommand& command : queue_.Retire(why)) owner_.OnHandedBack(std::move(command));
}

void ClusterNode::Cancel() {
  link_.Stop();
  queue_.Cancel();
}

Status ClusterNode::OnReply(RedisReply reply) {
  if (reply.is_error()) NameRedirectHost(reply, address_.host);
  return queue_.Answer(std::move(reply));
}

void ClusterNode::OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) {
  owner_.OnOutcome(std::move(command), std::move(outcome));
}

}  // namespace oofgg::storage::redis
