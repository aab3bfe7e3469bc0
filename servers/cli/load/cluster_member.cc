#include "servers/cli/load/cluster_member.h"

#include <utility>

namespace oofgg::load {

Status ClusterMember::Launch() {
  is_ready_ = false;
  is_to_end_ = false;
  last_words_.clear();
  OOFGG_ASSIGN_OR_RETURN(child_, cli::ChildProgram::Start(spec_));
  return {};
}

void ClusterMember::Signal(int signal, bool ends) {
  if (ends) is_to_end_ = true;
  if (child_ != nullptr) child_->Signal(signal);
}

Status ClusterMember::Look() {
  if (child_ == nullptr) return {};
  std::string how;
  // In this order: whoever has ended says nothing more.
  const bool ended = child_->TakeEnd(&how);
  ReadPipes();
  if (!ended) return {};
  child_.reset();
  if (is_to_end_) return {};
  return MakeStatus(StatusCode::kUnavailable,
                    spec_.name + " " + how + (last_words_.empty() ? "" : ": " + last_words_));
}

void ClusterMember::ReadPipes() {
  const auto read = [this](const std::string& line) {
    if (line.find(ready_words_) != std::string::npos) is_ready_ = true;
    if (!line.empty()) last_words_ = line;
  };
  child_->output().Read(read);
  child_->errors().Read(read);
}

}  // namespace oofgg::load
