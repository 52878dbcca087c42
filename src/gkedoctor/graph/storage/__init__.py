"""PersistentVolumeClaims, volumes and StorageClasses."""
