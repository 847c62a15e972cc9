#include "store/file_system.h"

#include <sys/vfs.h>

namespace pagehaul::store {

// The numbers of linux/magic.h and of the file systems' own sources.
std::string_view network_file_system_name(unsigned long magic) {
  switch (magic & 0xFFFFFFFF) {
    case 0x6969:
      return "NFS";
    case 0x517B:
    case 0xFE534D42:
      return "SMB";
    case 0xFF534D42:
      return "CIFS";
    case 0x73757245:
      return "Coda";
    case 0x5346414F:
    case 0x6B414653:
      return "AFS";
    case 0x00C36400:
      return "Ceph";
    case 0x564C:
      return "NCP";
    case 0x0BD00BD0:
      return "Lustre";
    case 0x47504653:
      return "GPFS";
    default:
      return "";
  }
}

std::string_view network_file_system_of(const std::filesystem::path& file) {
  struct statfs info {};
  if (statfs(file.c_str(), &info) != 0) return "";
  return network_file_system_name(static_cast<unsigned long>(info.f_type));
}

}  // namespace pagehaul::store
