#pragma once

#include <google/protobuf/field_mask.pb.h>

#include <string>
#include <string_view>
#include <utility>

#include "oofgg/status.h"

namespace oofgg::wire {

// Updates name what they change in two ways: without `update_mask`, every field that is not its default; with
// it, the fields that it names, whatever they hold. A request of ours has a mask only where it must.

/// Writes one update. `Add` each field that the request names, then `Finish`.
class UpdateMaskWriter {
 public:
  /// `is_default`: without a mask nobody would see that this field is meant.
  void Add(std::string path, bool is_default) {
    needed_ = needed_ || is_default;
    *mask_.add_paths() = std::move(path);
  }
  template <class Message>
  void Finish(Message& to) {
    if (needed_) *to.mutable_update_mask() = std::move(mask_);
  }

 private:
  ::google::protobuf::FieldMask mask_;
  bool needed_ = false;
};

/// Reads one update: hands every path of the mask to `take`, which is false for one that it does not know.
template <class Message, class Take>
Status ReadMask(const Message& from, Take take) {
  for (const std::string& path : from.update_mask().paths()) {
    if (!take(std::string_view(path))) {
      return InvalidField("update_mask", "names " + path + ", which is no field that can be updated");
    }
  }
  return {};
}

}  // namespace oofgg::wire
